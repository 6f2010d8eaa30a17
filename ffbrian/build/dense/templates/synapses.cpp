{# USES_VARIABLES { N_pre, N_post } #}
{% extends 'common_group.cpp' %}

{% block extra_headers %}
#include "brianlib/stdint_compat.h"
#include "places.h"
{% endblock %}

{% block maincode %}
    // Dense pathway: synapse (i, j) lies at i*N_post + j, no index arrays, no queue.
    const int32_t* const _events = {{event_array}};
    const int32_t _n_events = _events[{{event_count_index}}];
    if (_n_events > 0)
    {
        const size_t _vectorisation_idx = -1;
        const int32_t _n_rows = {{constant_or_scalar('N_pre', variables['N_pre'])}};
        const int32_t _n_columns = {{constant_or_scalar('N_post', variables['N_post'])}};
        {{scalar_code|autoindent}}
        {% for name in plan.narrowed %}
        const float _narrow_{{name}} = {{name}};
        {% endfor %}
        {% if pathway.prepost == 'pre' %}
        for (int32_t _event = 0; _event < _n_events; _event++)
        {
            const int32_t _presynaptic_idx = _events[_event];
            const size_t _row = (size_t)_presynaptic_idx * _n_columns;
            {% if plan.is_vectorised %}
            #pragma GCC ivdep
            {% endif %}
            for (int32_t _column = 0; _column < _n_columns; _column++)
            {
                const int32_t _postsynaptic_idx = _column;
                const size_t _idx = _row + _postsynaptic_idx;
                const size_t _vectorisation_idx = _idx;
                {% for name in plan.narrowed %}
                const float {{name}} = _narrow_{{name}};
                {% endfor %}
                {{vector_code|autoindent}}
            }
        }
        {% elif plan.is_row_major %}
        {% if plan.silent_array %}
        static std::vector<int32_t> _active_rows(_n_rows);
        const int32_t _n_active = ffbrian::places_of({{plan.silent_array}}, _n_rows, _active_rows.data());
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
            for (int32_t _event = 0; _event < _n_events; _event++)
            {
                const int32_t _postsynaptic_idx = _events[_event];
                const size_t _idx = _row + _postsynaptic_idx;
                const size_t _vectorisation_idx = _idx;
                {% for name in plan.narrowed %}
                const float {{name}} = _narrow_{{name}};
                {% endfor %}
                {{vector_code|autoindent}}
            }
        }
        {% else %}
        // The order matters for this code: the same order as the stock pathway.
        for (int32_t _event = 0; _event < _n_events; _event++)
        {
            const int32_t _postsynaptic_idx = _events[_event];
            for (int32_t _presynaptic_idx = 0; _presynaptic_idx < _n_rows; _presynaptic_idx++)
            {
                const size_t _row = (size_t)_presynaptic_idx * _n_columns;
                const size_t _idx = _row + _postsynaptic_idx;
                const size_t _vectorisation_idx = _idx;
                {% for name in plan.narrowed %}
                const float {{name}} = _narrow_{{name}};
                {% endfor %}
                {{vector_code|autoindent}}
            }
        }
        {% endif %}
    }
{% endblock %}
