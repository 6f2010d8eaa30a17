"""Blocks of text, mathematics and tables as Markdown and LaTeX."""

import re

from ffbrian.analyse.model_text import escaped


def reference_line(entry):
    """A BibTeX entry for a reader (str)."""
    part = dict(re.findall(r"^\s*(\w+) = \{(.*)\},$", entry, re.MULTILINE))
    place = part.get("journal") or part.get("booktitle") or part.get("publisher", "")
    return re.sub(
        r"[{}]",
        "",
        re.sub(
            r"\{\\.(\w)\}|\\[^a-zA-Z\s](\w)",
            r"\1\2",
            f"{part['author']} ({part['year']}). {part['title']}. {place}.",
        ),
    )


# -- two formats -----------------------------------------------------------------------------
def markdown(blocks, entries):
    """A document in Markdown; mathematics between dollar signs."""
    parts = [
        _MARKDOWN[block.kind](*block.content)
        if block.kind in ("heading", "table")
        else _MARKDOWN[block.kind](block.content)
        for block in blocks
    ]
    parts += [
        "## References",
        "\n".join(f"- {key}: {reference_line(entry)}" for key, entry in entries.items()),
    ]
    return "\n\n".join(parts) + "\n"


def _markdown_table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


_MARKDOWN = {
    "heading": lambda level, text: f"{'#' * level} {text}",
    "text": lambda content: content[0],
    "math": lambda lines: "\n\n".join(f"$$\n{line}\n$$" for line in lines),
    "items": lambda lines: "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1)),
    "table": _markdown_table,
}


_PREAMBLE = """\\documentclass{article}
\\usepackage[utf8]{inputenc}
\\usepackage[T1]{fontenc}
\\usepackage[margin=2.5cm]{geometry}
\\usepackage{amsmath,tabularx}
\\IfFileExists{booktabs.sty}{\\usepackage{booktabs}}{\\let\\toprule\\hline\\let\\midrule\\hline\\let\\bottomrule\\hline}
\\begin{document}
"""


_END = "\\bibliographystyle{plain}\n\\bibliography{references}\n\\end{document}\n"


def latex(blocks, entries):
    """A LaTeX document that compiles beside ``references.bib``."""
    parts = [
        _LATEX[block.kind](*block.content)
        if block.kind in ("heading", "table")
        else _LATEX[block.kind](block.content)
        for block in blocks
    ]
    return _PREAMBLE + "\n\n".join(parts) + "\n\n" + _END


def tex(text):
    """Text for LaTeX: mathematics and citations as they are, everything else escaped (see `plain`)."""
    pieces = re.split(r"((?<!\\)\$[^$]*\$|\[@\w+\])", text)
    return "".join(
        _cite(piece)
        if piece.startswith("[@")
        else piece
        if piece.startswith("$")
        else escaped(piece.replace("\\$", "$"))
        for piece in pieces
    )


def _cite(piece):
    return f"\\cite{{{piece[2:-1]}}}"


def _latex_table(header, rows):
    widths = "l" * (len(header) - 2) + "XX" if len(header) == 5 else "l" * (len(header) - 1) + "X"
    lines = [
        " & ".join(map(tex, header)) + " \\\\ \\midrule",
        *(" & ".join(map(tex, row)) + " \\\\" for row in rows),
    ]
    return "\n".join(
        [
            "\\begin{center}\\small",
            f"\\begin{{tabularx}}{{\\linewidth}}{{{widths}}}\\toprule",
            *lines,
            "\\bottomrule",
            "\\end{tabularx}",
            "\\end{center}",
        ]
    )


_LATEX = {
    "heading": lambda level, text: (
        f"\\{('section', 'section', 'subsection', 'subsubsection')[level]}*{{{tex(text)}}}"
    ),
    "text": lambda content: tex(content[0]),
    "math": lambda lines: (
        "\\begin{align*}\n"
        + " \\\\\n".join(
            line.replace("=", "&=", 1)
            if " \\leftarrow " not in line
            else line.replace("\\leftarrow", "&\\leftarrow", 1)
            for line in lines
        )
        + "\n\\end{align*}"
    ),
    "items": lambda lines: (
        "\\begin{enumerate}\n" + "\n".join(f"\\item {tex(line)}" for line in lines) + "\n\\end{enumerate}"
    ),
    "table": _latex_table,
}
