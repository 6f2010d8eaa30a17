// The main loop of a network: Brian's order of clocks and objects.  Brian's own
// loop asks for the processor time and looks clocks up in a set at every step;
// here the objects that are due together are listed once.
#ifndef FFBRIAN_LOOP_H
#define FFBRIAN_LOOP_H

#include <chrono>
#include <cmath>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>
#ifdef __linux__
#include <csignal>
#include <sys/prctl.h>
#endif

namespace ffbrian {

// End with the program that started this one, even if that was killed without a word.
inline void end_with_parent() {
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
}

const double same_time = 1e-14;  // as in Brian's network.cpp

template <typename Net> struct Loop {
    typedef decltype(std::declval<Net>().objects[0].first) ClockPointer;
    Net &network;
    std::vector<ClockPointer> clocks;
    std::map<uint64_t, std::vector<codeobj_func> > lists;  // by the set of clocks that are due

    explicit Loop(Net &network_) : network(network_) {
        for (auto &object : network.objects)
            if (place(object.first) == clocks.size()) clocks.push_back(object.first);
    }
    size_t place(ClockPointer clock) const {
        size_t k = 0;
        while (k < clocks.size() && clocks[k] != clock) k++;
        return k;
    }
    ClockPointer earliest() const {
        ClockPointer first = clocks[0];
        for (auto clock : clocks)
            if (clock->t[0] < first->t[0]) first = clock;
        return first;
    }
    uint64_t due_at(double t) const {
        uint64_t due = 0;
        for (size_t k = 0; k < clocks.size(); k++)
            if (std::fabs(clocks[k]->t[0] - t) <= same_time) due |= (uint64_t)1 << k;
        return due;
    }
    const std::vector<codeobj_func> &list(uint64_t due) {
        auto known = lists.find(due);
        if (known != lists.end()) return known->second;
        auto &functions = lists[due];
        for (auto &object : network.objects)
            if (object.second && (due >> place(object.first) & 1)) functions.push_back(object.second);
        return functions;
    }
    void run(double duration) {
        const double begin = network.t, end = begin + duration;
        for (auto clock : clocks) clock->set_interval(begin, end);
        ClockPointer clock = earliest();
        while (clock->running() && !Net::_globally_stopped) {
            network.t = clock->t[0];
            const uint64_t due = due_at(network.t);
            for (auto function : list(due)) function();
            for (size_t k = 0; k < clocks.size(); k++)
                if (due >> k & 1) clocks[k]->tick();
            clock = earliest();
        }
        network.t = Net::_globally_stopped ? clock->t[0] : end;
        Net::_last_run_completed_fraction = duration > 0 ? (network.t - begin) / duration : 1.0;
    }
};

template <typename Net> void run(Net &network, double duration) {
    const auto start = std::chrono::steady_clock::now();
    end_with_parent();
    Net::_globally_running = true;
    Net::_globally_stopped = false;
    Loop<Net>(network).run(duration);
    Net::_globally_running = false;
    Net::_last_run_time = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace ffbrian
#endif
