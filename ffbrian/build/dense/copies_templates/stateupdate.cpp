{# USES_VARIABLES { N_pre, N_post } #}
{# ALLOWS_SCALAR_WRITE #}
{% extends 'common_group.cpp' %}

{% block maincode %}
    // Every copy in turn, row by row, contiguous columns; the weights are those of one Synapses object.
    const size_t _vectorisation_idx = -1;
    {{scalar_code|autoindent}}
    {% for name in plan.narrowed %}
    const float _narrow_{{name}} = {{name}};
    {% endfor %}
    const int32_t _n_sources = {{constant_or_scalar('N_pre', variables['N_pre'])}};
    const int32_t _n_rows = {{owner._loops['rows_per_copy']}};
    const int32_t _n_columns = {{owner._loops['columns_per_copy']}};
    {% if plan.silent_array %}
    // First weights may lie beyond the bounds within which silence changes nothing.
    static bool _is_first = true;
    {% endif %}
    for (int32_t _presynaptic_idx = 0; _presynaptic_idx < _n_sources; _presynaptic_idx++)
    {
        {% if plan.silent_array %}
        if ({{plan.silent_array}}[_presynaptic_idx] == 0 && !_is_first) continue;
        {% endif %}
        const int32_t _first_column = (_presynaptic_idx / _n_rows) * _n_columns;
        {% if owner._loops['rows_shared'] %}
        const size_t _row = (size_t)(_presynaptic_idx % _n_rows) * _n_columns;
        {% else %}
        const size_t _row = (size_t)_presynaptic_idx * _n_columns;
        {% endif %}
        {% if plan.is_vectorised %}
        #pragma GCC ivdep
        {% endif %}
        for (int32_t _column = 0; _column < _n_columns; _column++)
        {
            const int32_t _postsynaptic_idx = _first_column + _column;
            const size_t _idx = _row + _column;
            const size_t _vectorisation_idx = _idx;
            {% for name in plan.narrowed %}
            const float {{name}} = _narrow_{{name}};
            {% endfor %}
            {{vector_code|autoindent}}
        }
    }
    {% if plan.silent_array %}
    _is_first = false;
    {% endif %}
{% endblock %}
