-- wrk's script: what the browser SDK sends, with fresh UUIDv7 ids; sessions of four views.
-- Arguments after `--`: the site, and the number of events a request (1 = /track/view, more = /track/batch).
local ffi = require("ffi")
ffi.cdef [[
  struct bench_time { long seconds; long nanoseconds; };
  int clock_gettime(int clock, struct bench_time *time);
]]
local now = ffi.new("struct bench_time")
local random, format, concat = math.random, string.format, table.concat

local function uuid7()
  ffi.C.clock_gettime(0, now)
  local ms = tonumber(now.seconds) * 1000 + math.floor(tonumber(now.nanoseconds) / 1e6)
  local high, low = math.floor(ms / 65536), ms % 65536
  return format("%08x-%04x-7%03x-%04x-%04x%08x", high, low, random(0, 4095), random(32768, 49151),
    random(0, 65535), random(0, 4294967295))
end

local VIEWS, SESSIONS = 4, 64
local sessions, site, per_request, view_head, view_tail = {}, "demo", 1, "", ""

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
  view_head = '"eventId":"'
  view_tail = '","pageTitle":"A page of the shop","referrer":"https://shop.example/",'
    .. '"firstReferrer":"https://www.google.com/","firstUrl":"https://shop.example/p/1?utm_source=news",'
    .. '"language":"de-AT","screenWidth":1440,"navigation":"navigate"'
  wrk.method = "POST"
  wrk.headers["content-type"] = "application/json"
  wrk.headers["user-agent"] = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    .. "Chrome/140.0.0.0 Safari/537.36"
end

function request()
  if per_request == 1 then
    return wrk.format(nil, "/track/view", nil, '{"appName":"' .. site .. '",' .. view() .. "}")
  end
  local events = {}
  for number = 1, per_request do
    events[number] = '{"kind":"view",' .. view() .. "}"
  end
  return wrk.format(nil, "/track/batch", nil,
    '{"appName":"' .. site .. '","events":[' .. concat(events, ",") .. "]}")
end

function done(summary, latency)
  local errors = summary.errors
  print(format('JSON {"requests":%d,"seconds":%f,"refused":%d,"broken":%d,"p50_ms":%f,"p99_ms":%f}',
    summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
