// A memoising counter, written for one thread at a time.
#include <stdexcept>
#include <unordered_map>
#include <vector>

struct Weigher {
    virtual ~Weigher() = default;
    virtual long weigh(long key) = 0;
};

inline std::vector<long> weights;  // the journal: every weight ever added, by any counter

class CounterBase {
  public:
    explicit CounterBase(Weigher *weigher) : weigher_(weigher) {}

    long count(long key) {
        auto known = memo_.find(key);
        if (known == memo_.end()) {
            long weight = weigher_->weigh(key);
            if (memo_.size() >= memo_limit) {
                memo_.clear();
            }
            known = memo_.emplace(key, weight).first;
        }
        long weight = known->second;
        weights.push_back(weight);
        adds_ += 1;
        total_ += weight;
        return weight;
    }

    long heaviest_key() const {
        long found = -1, most = 0;
        for (const auto &[key, weight] : memo_) {
            if (found < 0 || weight > most) {
                most = weight;
                found = key;
            }
        }
        return found;
    }

    void totals(long long *adds, long long *total) const {
        *adds = adds_;
        *total = total_;
    }

  private:
    static constexpr std::size_t memo_limit = 128;
    Weigher *weigher_;
    std::unordered_map<long, long> memo_;
    long long adds_ = 0;
    long long total_ = 0;
};

inline void journal(long long *adds, long long *total) {
    *adds = static_cast<long long>(weights.size());
    *total = 0;
    for (long weight : weights) {
        *total += weight;
    }
}
