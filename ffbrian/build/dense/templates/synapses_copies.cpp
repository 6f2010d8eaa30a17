{# USES_VARIABLES { N_pre, N_post } #}
{% extends 'common_group.cpp' %}

{% block extra_headers %}
#include "brianlib/stdint_compat.h"
{% endblock %}

{% block maincode %}
    // Projection copies: all copies read the weights of one Synapses object.
    const int32_t* const _events = {{event_array}};
    const int32_t _n_events = _events[{{event_count_index}}];
    if (_n_events > 0)
    {
        const size_t _vectorisation_idx = -1;
        const int32_t _n_rows = {{rows_per_copy}};
        const int32_t _n_columns = {{columns_per_copy}};
        {{scalar_code|autoindent}}
        {% for name in plan.narrowed %}
        const float _narrow_{{name}} = {{name}};
        {% endfor %}
        for (int32_t _event = 0; _event < _n_events; _event++)
        {
            const int32_t _presynaptic_idx = _events[_event];
            const int32_t _first_column = (_presynaptic_idx / _n_rows) * _n_columns;
            {% if rows_shared %}
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
    }
{% endblock %}
