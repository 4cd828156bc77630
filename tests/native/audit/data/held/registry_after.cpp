#include <Python.h>
#include <map>
#include <mutex>
#include <string>
static std::mutex guard;
std::map<std::string, int> &registry()
{
    static std::map<std::string, int> known;
    return known;
}
int number_of(const std::string &name)
{
    std::lock_guard<std::mutex> hold(guard);
    auto &known = registry();
    auto found = known.find(name);
    if (found == known.end()) {
        found = known.emplace(name, (int)known.size()).first;
    }
    return found->second;
}
