// What C++ adds: namespaces, methods, references, bases, classes that are passed by address.
#include <string>

#define NOINLINE __attribute__((noinline))

namespace shop {
class Base {
public:
  int id = 5;
  virtual ~Base() {}
};

class Item : public Base {
public:
  long price;
  static int count;
  explicit Item(long p) : price(p) {}
  NOINLINE long cost(int amount) const { return price * amount; }
  NOINLINE static int total(const Item &a, Item &&b) { return (int)(a.price + b.price); }
};
int Item::count = 3;

struct Members {
  int Base::*data;
  long (Item::*method)(int) const;
  struct Elsewhere *where;
  char last;
};

NOINLINE long kept(const Members *members) { return members->last; }

struct Owner {
  long number;
  explicit Owner(long n) : number(n) {}
  Owner(const Owner &other) : number(other.number + 1) {}
};
NOINLINE long passed(Owner owner, bool flag) { return owner.number + flag; }

template <typename T> NOINLINE T doubled(T value)
{
  return value + value; // line of doubled()
}
}

int main()
{
  shop::Item item(12);
  long sum = item.cost(3);
  sum += shop::Item::total(item, shop::Item(30));
  sum += shop::passed(shop::Owner(40), true);
  sum += shop::doubled(4) + (long)shop::doubled(5L);
  shop::Members members = {&shop::Base::id, &shop::Item::cost, nullptr, 'm'};
  sum += shop::kept(&members);
  return sum == 0;
}
