-- The load: one prepared request for each key of a file, sent in turn. Arguments: the file, the body.
local requests = {}
local last = 0

function init(args)
    for key in io.lines(args[1]) do
        local headers = { ["X-API-Key"] = key, ["Content-Type"] = "application/json" }
        requests[#requests + 1] = wrk.format("POST", nil, headers, args[2])
    end
end

function request()
    last = last % #requests + 1
    return requests[last]
end

function done(summary, latency)
    local errors = summary.errors
    local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration, failed,
        latency:percentile(50), latency:percentile(99)))
end
