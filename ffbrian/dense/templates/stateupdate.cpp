{# USES_VARIABLES { N_pre, N_post } #}
{# ALLOWS_SCALAR_WRITE #}
{% extends 'common_group.cpp' %}

{% block maincode %}
    // Dense update of all synapses: row by row, contiguous columns.
    const size_t _vectorisation_idx = -1;
    {{scalar_code|autoindent}}
    const int32_t _n_rows = {{constant_or_scalar('N_pre', variables['N_pre'])}};
    const int32_t _n_columns = {{constant_or_scalar('N_post', variables['N_post'])}};
    for (int32_t _presynaptic_idx = 0; _presynaptic_idx < _n_rows; _presynaptic_idx++)
    {
        {% if plan.silent_array %}
        if ({{plan.silent_array}}[_presynaptic_idx] == 0) continue;
        {% endif %}
        const size_t _row = (size_t)_presynaptic_idx * _n_columns;
        {% if plan.is_vectorised %}
        #pragma GCC ivdep
        {% endif %}
        for (int32_t _column = 0; _column < _n_columns; _column++)
        {
            const int32_t _postsynaptic_idx = _column;
            const size_t _idx = _row + _column;
            const size_t _vectorisation_idx = _idx;
            {{vector_code|autoindent}}
        }
    }
{% endblock %}
