import Glibc

/// What this thread has cost the processor so far. Unlike a clock on the wall it does not grow
/// while a busy machine runs something else, so a bound on it fails for the code's sake alone.
public func threadSeconds() -> Double {
  var time = timespec()
  _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
