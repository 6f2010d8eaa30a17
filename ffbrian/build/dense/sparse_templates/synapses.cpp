{# USES_VARIABLES { N_pre, N_post, _synaptic_pre, _synaptic_post } #}
{% extends 'common_group.cpp' %}
{% set _is_pre = pathway.prepost == 'pre' %}

{% block extra_headers %}
#include "brianlib/stdint_compat.h"
#include <vector>
{% endblock %}

{% block maincode %}
    // Sparse pathway: synapses sorted by (i, j), found from the neuron that spikes, no queue.
    const int32_t* const _events = {{event_array}};
    const int32_t _n_events = _events[{{event_count_index}}];
    if (_n_events > 0)
    {
        const size_t _n_synapses = {{_dynamic__synaptic_pre}}.size();
        const size_t _n_rows = {{constant_or_scalar('N_pre', variables['N_pre']) if _is_pre
                                 else constant_or_scalar('N_post', variables['N_post'])}};
        const int32_t* const _row_of = {{_synaptic_pre if _is_pre else _synaptic_post}};
        // Where the synapses of a neuron begin.
        static std::vector<size_t> _begin;
        {% if not _is_pre %}
        static std::vector<int32_t> _synapse_at;
        {% endif %}
        if (_begin.empty())
        {
            _begin.assign(_n_rows + 1, 0);
            for (size_t _k = 0; _k < _n_synapses; _k++) _begin[_row_of[_k] + 1]++;
            for (size_t _k = 0; _k < _n_rows; _k++) _begin[_k + 1] += _begin[_k];
            {% if not _is_pre %}
            std::vector<size_t> _next(_begin);
            _synapse_at.resize(_n_synapses);
            for (size_t _k = 0; _k < _n_synapses; _k++) _synapse_at[_next[_row_of[_k]]++] = _k;
            {% endif %}
        }
        const size_t _vectorisation_idx = -1;
        {{scalar_code|autoindent}}
        {% for name in plan.narrowed %}
        const float _narrow_{{name}} = {{name}};
        {% endfor %}
        for (int32_t _event = 0; _event < _n_events; _event++)
        {
            const int32_t {{'_presynaptic_idx' if _is_pre else '_postsynaptic_idx'}} = _events[_event];
            const size_t _end = _begin[_events[_event] + 1];
            {% if is_independent[pathway.prepost] %}
            #pragma GCC ivdep
            {% endif %}
            for (size_t _k = _begin[_events[_event]]; _k < _end; _k++)
            {
                {% if _is_pre %}
                const size_t _idx = _k;
                const int32_t _postsynaptic_idx = {{_synaptic_post}}[_idx];
                {% else %}
                const size_t _idx = _synapse_at[_k];
                const int32_t _presynaptic_idx = {{_synaptic_pre}}[_idx];
                {% endif %}
                const size_t _vectorisation_idx = _idx;
                {% for name in plan.narrowed %}
                const float {{name}} = _narrow_{{name}};
                {% endfor %}
                {{vector_code|autoindent}}
            }
        }
    }
{% endblock %}
