{# USES_VARIABLES { N } #}
{% extends 'common_group.cpp' %}
{% set _eventspace = get_array_name(eventspace_variable) %}

{% block maincode %}
    {% if owner._runs_while %}
    if ({{owner._runs_while}}[0] == 0) { {{_eventspace}}[N] = 0; return; }
    {% endif %}
    // The condition is evaluated for a block of neurons at once; only blocks in
    // which it holds somewhere are searched.
    const int _vectorisation_idx = -1;
    {{scalar_code|autoindent}}
    const size_t _block = 64;
    char _holds[_block];
    long _count = 0;
    for (size_t _start = 0; _start < N; _start += _block)
    {
        const size_t _size = _start + _block <= N ? _block : N - _start;
        char _any = 0;
        {% if is_vectorised %}
        #pragma GCC ivdep
        {% endif %}
        for (size_t _k = 0; _k < _size; _k++)
        {
            const size_t _idx = _start + _k;
            const size_t _vectorisation_idx = _idx;
            {{vector_code|autoindent}}
            _holds[_k] = _cond;
            _any |= _cond;
        }
        if (!_any) continue;
        for (size_t _k = 0; _k < _size; _k++)
        {
            if (!_holds[_k]) continue;
            const size_t _idx = _start + _k;
            {{_eventspace}}[_count++] = _idx;
            {% if _uses_refractory %}
            {{not_refractory}}[_idx] = false;
            {{lastspike}}[_idx] = {{t}};
            {% endif %}
        }
    }
    {{_eventspace}}[N] = _count;
{% endblock %}

{% block after_code %}
{{get_array_name(eventspace_variable)}}[N] = 0;
{% endblock %}
