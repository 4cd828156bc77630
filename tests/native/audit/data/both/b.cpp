#include <map>
#include <string>
class A {
    static int count;  // declared here; its definition is below
    inline static std::map<std::string, int> cache;  //> static-state look
  public:
    static A &get() { static A one; return one; }  //> static-state look
};
int A::count = 0;  //> static-state look
std::map<std::string, int> A::cache;  //> static-state look
namespace { std::map<int, int> lookup; }  //> static-state look
namespace x {
std::string last_error;  //> static-state look
A *singleton = nullptr;  //> static-state look
auto registry = std::map<int, int>{};  //> static-state look
}
A &inst() {
    static A *a = new A();  //> static-state look
    static std::map<int, int> memo;  //> static-state look
    return *a;
}
thread_local int fine;  // each thread has its own
static std::function<void(int)> cb;  //> static-state look
