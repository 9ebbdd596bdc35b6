// Calls getppid(2) through functions with names of every kind; then runs another program if one is given.
#include <string>
#include <unistd.h>

int shared_counter = 7;

namespace shop
{
template <class T> struct Till
{
    T value;
    __attribute__((noinline, noclone)) int take(const std::string &text, int count);
};

__attribute__((noinline, noclone)) int leaf() { return getppid() + shared_counter; }

template <class T> __attribute__((noinline, noclone)) int Till<T>::take(const std::string &text, int count)
{
    return leaf() + (int)text.size() + count; // call of leaf()
}
}

int main(int argc, char **argv)
{
    shop::Till<double> till{1};
    int result = till.take("abc", argc); // call of take()
    if (argc > 1)
        execv(argv[1], argv + 1);
    return result == -1;
}
