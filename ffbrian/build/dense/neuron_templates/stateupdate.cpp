{# USES_VARIABLES { N } #}
{# ALLOWS_SCALAR_WRITE #}
{% extends 'common_group.cpp' %}

{% block extra_headers %}
#include "arithmetic.h"
{% endblock %}

{% block maincode %}
    {% if owner._runs_while %}
    if ({{owner._runs_while}}[0] == 0) return;
    {% endif %}
    const size_t _vectorisation_idx = -1;
    {{scalar_code|autoindent}}
    {% for name in narrowed %}
    const float _float_{{name}} = {{name}};
    {% endfor %}
    const int _N = {{constant_or_scalar('N', variables['N'])}};
    {% if repeated %}
    // Copies of neurons that read the same variables of one other group.
    const int _copy_size = {{copy_size}};
    for (int _start = 0; _start < _N; _start += _copy_size)
    {% endif %}
    {% if is_vectorised %}
    #pragma GCC ivdep
    {% endif %}
    for (int _k = 0; _k < {{'_copy_size' if repeated else '_N'}}; _k++)
    {
        const int _idx = {{'_start + _k' if repeated else '_k'}};
        const size_t _vectorisation_idx = _idx;
        {% for name in repeated %}
        const int {{name}} = _k;
        {% endfor %}
        {{vector_code|autoindent}}
    }
{% endblock %}
