{# USES_VARIABLES { _synaptic_pre, _synaptic_post, N_incoming, N_outgoing, N, N_pre, N_post } #}
{# WRITES_TO_READ_ONLY_VARIABLES { _synaptic_pre, _synaptic_post, N_incoming, N_outgoing, N } #}
{% extends 'common_group.cpp' %}

{% block maincode %}
    // All-to-all: the size is known, so every array is allocated once.
    const int32_t _n_rows = {{constant_or_scalar('N_pre', variables['N_pre'])}};
    const int32_t _n_columns = {{constant_or_scalar('N_post', variables['N_post'])}};
    const size_t _n_synapses = (size_t)_n_rows * _n_columns;
    {% for name in owner._registered_variables | variables_to_array_names(access_data=False) | sort %}
    {{name}}.resize(_n_synapses);
    {% endfor %}
    {{_dynamic_N_incoming}}.assign(_n_columns, _n_rows);
    {{_dynamic_N_outgoing}}.assign(_n_rows, _n_columns);
    for (int32_t _i = 0; _i < _n_rows; _i++)
        for (int32_t _j = 0; _j < _n_columns; _j++)
        {
            {{_dynamic__synaptic_pre}}[(size_t)_i * _n_columns + _j] = _i;
            {{_dynamic__synaptic_post}}[(size_t)_i * _n_columns + _j] = _j;
        }
    {{N}} = _n_synapses;
{% endblock %}
