-- wrk's script: what the browser SDK sends, with fresh UUIDv7 ids; sessions of four views.
-- Arguments after `--`: the site, and the number of events a request (1 = /track/view, more = /track/batch).
local ffi = require("ffi")
ffi.cdef [[
  struct bench_time { long seconds; long nanoseconds; };
  int clock_gettime(int clock, struct bench_time *time);
]]
local now = ffi.new("struct bench_time")
local random, format, concat = math.random, string.format, table.concat

-- Cheap, since it runs on the cores that are measured: the clock is read each 64 ids, and heads are made once.
local READ_CLOCK_EVERY = 64
local drawn, time_part = 0, ""

local function uuid7()
  if drawn % READ_CLOCK_EVERY == 0 then
    ffi.C.clock_gettime(0, now)
    local ms = tonumber(now.seconds) * 1000 + math.floor(tonumber(now.nanoseconds) / 1e6)
    time_part = format("%08x-%04x-7", math.floor(ms / 65536), ms % 65536)
  end
  drawn = drawn + 1
  -- the low half is random per id; the counter keeps ids of one run apart whatever the generator does
  return time_part .. format("%03x-8%03x-%04x%08x", random(0, 4095), random(0, 4095), drawn % 65536,
    random(0, 4294967295))
end

local VIEWS, SESSIONS = 4, 64
local sessions, site, per_request = {}, "demo", 1
local view_head, view_tail, request_head = '"eventId":"', "", ""

-- Fields of one view, without the braces.
local function view()
  local slot = random(1, SESSIONS)
  local session = sessions[slot]
  if not session or session.views == VIEWS then
    session = { id = uuid7(), views = 0 }
    sessions[slot] = session
  end
  session.views = session.views + 1
  return concat({ view_head, uuid7(), '","sessionId":"', session.id, '","sequence":', session.views,
    ',"pageUrl":"https://shop.example/p/', random(1, 500), view_tail })
end

function init(arguments)
  site, per_request = arguments[1] or site, tonumber(arguments[2] or 1)
  math.randomseed(os.time() * 1000 + tonumber(tostring({}):sub(-6), 16) % 1000)
  view_tail = '","pageTitle":"A page of the shop","referrer":"https://shop.example/",'
    .. '"firstReferrer":"https://www.google.com/","firstUrl":"https://shop.example/p/1?utm_source=news",'
    .. '"language":"de-AT","screenWidth":1440,"navigation":"navigate"'
  wrk.headers["content-type"] = "application/json"
  wrk.headers["user-agent"] = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    .. "Chrome/140.0.0.0 Safari/537.36"
  local path = per_request == 1 and "/track/view" or "/track/batch"
  local whole = wrk.format("POST", path, nil, "")
  request_head = whole:gsub("Content%-Length: 0\r\n", ""):gsub("\r\n$", "Content-Length: ")
end

local function body()
  if per_request == 1 then
    return '{"appName":"' .. site .. '",' .. view() .. "}"
  end
  local events = {}
  for number = 1, per_request do
    events[number] = '{"kind":"view",' .. view() .. "}"
  end
  return '{"appName":"' .. site .. '","events":[' .. concat(events, ",") .. "]}"
end

function request()
  local content = body()
  return concat({ request_head, #content, "\r\n\r\n", content })
end

function done(summary, latency)
  local errors = summary.errors
  print(format('JSON {"requests":%d,"seconds":%f,"refused":%d,"broken":%d,"p50_ms":%f,"p99_ms":%f}',
    summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
