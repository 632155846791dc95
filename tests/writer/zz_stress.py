import asyncio, random, time
from tests.writer.conftest import *
from mesh.errors import MeshError
async def test_stress(rig):
    rig.now = NOON + 12*HOUR + HOUR
    writers=[await rig.pipeline(3) for _ in range(4)]
    ch=random.Random(1); sent=[]; fails=0; odd={}
    stop=time.monotonic()+12
    async def go(w):
        nonlocal fails
        while time.monotonic()<stop:
            ev=[view(site_id=2, ip=f"192.0.2.{ch.randrange(60)}", received_at_us=NOON+12*HOUR+ch.randrange(-90,60)*MINUTE) for _ in range(ch.choice([1,5,40]))]
            if sent and ch.random()<.3: ev += ch.choice(sent)
            sent.append(ev[:40])
            while True:
                try: await w.ingest(sealed(*ev)); break
                except MeshError: fails+=1
                except Exception as e:
                    import traceback; k=''.join(traceback.format_exception(e)); odd[k]=odd.get(k,0)+1
                    if len(odd)>3: raise
    async def killer():
        c=await asyncpg.connect(rig.url)
        while time.monotonic()<stop:
            await asyncio.sleep(.15)
            await c.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name='analytics writer' AND pid<>pg_backend_pid() ORDER BY random() LIMIT 1")
        await c.close()
    await asyncio.gather(*(go(w) for w in writers for _ in range(3)), killer())
    ids={e.event_id for ev in sent for e in ev}
    st=await rig.stored(list(ids)); 
    seen={}
    for e in st: seen.setdefault(e.visit_id,[]).append(e)
    state={str(v):(int(f.timestamp()*1e6),int(l.timestamp()*1e6),int(s.timestamp()*1e6)) for r in await rig.fetch("SELECT * FROM visit_state") for v,f,l,s in zip(r["visit_ids"],r["first_at"],r["last_at"],r["started"])}
    bad=[v for v,es in seen.items() if state.get(v,())[:2]!=(min(e.occurred_at_us for e in es),max(e.occurred_at_us for e in es))]
    bad2=[v for v,es in seen.items() if len({(e.visitor_id,e.visit_started_at_us,e.source) for e in es})!=1]
    p=await rig.fetch("SELECT count(*) n,max(position) m,sum(count) c FROM stream")
    fp=await rig.fetch("SELECT count(*) n FROM stream s WHERE fingerprint <> (SELECT bit_xor(('x'||substr(md5(event_id::text),1,16))::bit(64)::bigint) FROM events e WHERE e.batch_id=s.batch_id)")
    d=await rig.fetch("SELECT deadlocks FROM pg_stat_database WHERE datname=current_database()")
    over=sum(1 for es in seen.values() if min(e.received_at_us for e in es)<NOON+12*HOUR<=max(e.received_at_us for e in es))
    print("RESULT ids",len(ids),"stored",len(st),"fails",fails,"visits",len(seen),"over midnight",over,"bad",len(bad),len(bad2),dict(p[0]),dict(fp[0]),dict(d[0]),"extra",len(set(state)-set(seen)))
    for k,n in odd.items(): print("RESULT",n,k)
