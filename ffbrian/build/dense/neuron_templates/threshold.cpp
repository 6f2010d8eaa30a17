{# USES_VARIABLES { N } #}
{% extends 'common_group.cpp' %}
{% set _eventspace = get_array_name(eventspace_variable) %}

{% block maincode %}
{% macro evaluate(size) %}
            {% if is_vectorised %}
            #pragma GCC ivdep
            {% endif %}
            for (size_t _k = 0; _k < {{size}}; _k++)
            {
                const size_t _idx = _start + _k;
                const size_t _vectorisation_idx = _idx;
                {{vector_code|autoindent}}
                _holds[_k] = _cond != 0;
            }
{% endmacro %}
    {% if owner._runs_while %}
    if ({{owner._runs_while}}[0] == 0) { {{_eventspace}}[N] = 0; return; }
    {% endif %}
    // The condition is evaluated for a block of neurons at once, one byte each; then
    // eight bytes at a time are searched for those in which it holds.
    const int _vectorisation_idx = -1;
    {{scalar_code|autoindent}}
    {% for name in narrowed %}
    const float _float_{{name}} = {{name}};
    {% endfor %}
    const size_t _block = 64;
    char _holds[_block];
    uint64_t _words[_block / 8];
    long _count = 0;
    for (size_t _start = 0; _start < N; _start += _block)
    {
        if (_start + _block <= N)
        {
            {{evaluate("_block")}}
        }
        else
        {
            std::fill(_holds, _holds + _block, 0);
            const size_t _rest = N - _start;
            {{evaluate("_rest")}}
        }
        std::memcpy(_words, _holds, _block);
        for (size_t _word = 0; _word < _block / 8; _word++)
            for (; _words[_word] != 0; _words[_word] &= _words[_word] - 1)  // clears the lowest bit
            {
                const size_t _idx = _start + 8 * _word + __builtin_ctzll(_words[_word]) / 8;
                {{_eventspace}}[_count++] = _idx;
                {% if _uses_refractory %}
                {{not_refractory}}[_idx] = false;
                {{lastspike}}[_idx] = {{t}};
                {% endif %}
            }
    }
    {{_eventspace}}[N] = _count;
{% endblock %}

{% block extra_headers %}
#include "arithmetic.h"
#include "brianlib/stdint_compat.h"
#include <algorithm>
#include <cstring>
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "ffbrian's threshold search needs a little-endian processor"
#endif
{% endblock %}

{% block after_code %}
{{get_array_name(eventspace_variable)}}[N] = 0;
{% endblock %}
