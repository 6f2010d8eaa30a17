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
    // The condition is evaluated for a block of neurons at once, one byte each.
    const int _vectorisation_idx = -1;
    {{scalar_code|autoindent}}
    {% for name in narrowed %}
    const float _float_{{name}} = {{name}};
    {% endfor %}
    const size_t _block = ffbrian::block_size;
    char _holds[_block];
    int32_t _count = 0;
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
        _count = ffbrian::append_places(_holds, _start, {{_eventspace}}, _count);
    }
    {{_eventspace}}[N] = _count;
    {% if _uses_refractory %}
    for (int32_t _spike = 0; _spike < _count; _spike++)
    {
        const size_t _idx = {{_eventspace}}[_spike];
        {{not_refractory}}[_idx] = false;
        {{lastspike}}[_idx] = {{t}};
    }
    {% endif %}
{% endblock %}

{% block extra_headers %}
#include "arithmetic.h"
#include "places.h"
#include <algorithm>
{% endblock %}

{% block after_code %}
{{get_array_name(eventspace_variable)}}[N] = 0;
{% endblock %}
