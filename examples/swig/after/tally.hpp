// A memoising counter; every method may be called from any thread, on shared counters.
// No Python object is touched under the locks, so their holder never waits for the interpreter.
#include <mutex>
#include <optional>
#include <stdexcept>
#include <unordered_map>
#include <vector>

struct Weigher {
    virtual ~Weigher() = default;
    virtual long weigh(long key) = 0;
};

inline std::mutex weights_lock;
inline std::vector<long> weights;  // the journal: every weight ever added, by any counter

class CounterBase {
  public:
    explicit CounterBase(Weigher *weigher) : weigher_(weigher) {}

    long count(long key) {
        std::optional<long> known = look_up(key);
        long weight = known ? *known : weigher_->weigh(key);  // foreign code: under no lock
        {
            std::lock_guard<std::mutex> held(weights_lock);
            weights.push_back(weight);
        }
        std::lock_guard<std::mutex> held(lock_);
        if (!known) {
            if (memo_.size() >= memo_limit) {
                memo_.clear();
            }
            memo_.emplace(key, weight);
        }
        adds_ += 1;
        total_ += weight;
        return weight;
    }

    long heaviest_key() const {
        std::lock_guard<std::mutex> held(lock_);
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
        std::lock_guard<std::mutex> held(lock_);
        *adds = adds_;
        *total = total_;
    }

  private:
    std::optional<long> look_up(long key) const {
        std::lock_guard<std::mutex> held(lock_);
        auto found = memo_.find(key);
        return found == memo_.end() ? std::nullopt : std::optional<long>(found->second);
    }

    static constexpr std::size_t memo_limit = 128;
    Weigher *weigher_;
    mutable std::mutex lock_;  // held for the three below
    std::unordered_map<long, long> memo_;
    long long adds_ = 0;
    long long total_ = 0;
};

inline void journal(long long *adds, long long *total) {
    std::lock_guard<std::mutex> held(weights_lock);
    *adds = static_cast<long long>(weights.size());
    *total = 0;
    for (long weight : weights) {
        *total += weight;
    }
}
