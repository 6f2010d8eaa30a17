{# USES_VARIABLES { N_pre, N_post } #}
{# ALLOWS_SCALAR_WRITE #}
{% extends 'common_group.cpp' %}

{% block extra_headers %}
#include "places.h"
#include <vector>
{% endblock %}

{% block maincode %}
    // Dense update of all synapses: row by row, contiguous columns.
    const size_t _vectorisation_idx = -1;
    {{scalar_code|autoindent}}
    {% for name in plan.narrowed %}
    const float _narrow_{{name}} = {{name}};
    {% endfor %}
    const int32_t _n_rows = {{constant_or_scalar('N_pre', variables['N_pre'])}};
    const int32_t _n_columns = {{constant_or_scalar('N_post', variables['N_post'])}};
    {% if plan.silent_array %}
    // The first update takes all rows: first weights may lie beyond the bounds within which silence
    // changes nothing.
    static std::vector<int32_t> _active_rows;
    int32_t _n_active = _n_rows;
    if (_active_rows.empty())
        for (int32_t _i = 0; _i < _n_rows; _i++) _active_rows.push_back(_i);
    else
        _n_active = ffbrian::places_of({{plan.silent_array}}, _n_rows, _active_rows.data());
    for (int32_t _active = 0; _active < _n_active; _active++)
    {% else %}
    for (int32_t _active = 0; _active < _n_rows; _active++)
    {% endif %}
    {
        {% if plan.silent_array %}
        const int32_t _presynaptic_idx = _active_rows[_active];
        {% else %}
        const int32_t _presynaptic_idx = _active;
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
            {% for name in plan.narrowed %}
            const float {{name}} = _narrow_{{name}};
            {% endfor %}
            {{vector_code|autoindent}}
        }
    }
{% endblock %}
