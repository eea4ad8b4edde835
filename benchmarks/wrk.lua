-- Posts events for wrk: arguments are a format with room for team, call and distinction (as benchmarks/events.py has
-- it), the number of teams, the number of calls to go round (0: every event is of a new call), and the first number.

local form, teams, calls, number

function init(args)
  form, teams, calls, number = args[1], tonumber(args[2]), tonumber(args[3]), tonumber(args[4])
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  local distinction = number
  local call = calls > 0 and number % calls or number
  number = number + 1
  return wrk.format(nil, nil, nil, string.format(form, call % teams, call, distinction))
end

function done(summary, latency, _requests)
  local errors = summary.errors
  io.write(string.format(
    '\nJSON {"requests":%d,"refused":%d,"broken":%d,"seconds":%.6f,"p99":%.6f}\n',
    summary.requests, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    summary.duration / 1e6, latency:percentile(99) / 1e6))
end
