{# USES_VARIABLES { N } #}
{# ALLOWS_SCALAR_WRITE #}
{% extends 'common_group.cpp' %}

{% block maincode %}
    {% if owner._runs_while %}
    if ({{owner._runs_while}}[0] == 0) return;
    {% endif %}
    // One synapse a neuron, onto the collector of its copy.  Every collector adds in
    // the order of the neurons; the collectors do not wait for each other.
    const size_t _vectorisation_idx = -1;
    {{scalar_code|autoindent}}
    {% for name in narrowed %}
    const float _narrow_{{name}} = {{name}};
    {% endfor %}
    const int32_t _n_copies = {{owner._n_copies}}, _copy_size = {{owner._copy_size}};
    {% if owner._onto_neurons %}
    for (int32_t _copy = 0; _copy < _n_copies; _copy++)
        #pragma GCC ivdep
        for (int32_t _postsynaptic_idx = 0; _postsynaptic_idx < _copy_size; _postsynaptic_idx++)
        {
            const int32_t _presynaptic_idx = _copy * _copy_size + _postsynaptic_idx;
    {% else %}
    for (int32_t _k = 0; _k < _copy_size; _k++)
        for (int32_t _postsynaptic_idx = 0; _postsynaptic_idx < _n_copies; _postsynaptic_idx++)
        {
            const int32_t _presynaptic_idx = _postsynaptic_idx * _copy_size + _k;
    {% endif %}
            const size_t _idx = _presynaptic_idx;
            const size_t _vectorisation_idx = _idx;
            {% for name in narrowed %}
            const float {{name}} = _narrow_{{name}};
            {% endfor %}
            {{vector_code|autoindent}}
        }
{% endblock %}
