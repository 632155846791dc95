import { useEffect, useState } from "preact/hooks";

const EVERY_MS = 30_000;

/** Counts up twice a minute while the page is looked at, when it is looked at again, and when the network is back. */
export function useRefresh(wanted: boolean): number {
  const [count, setCount] = useState(0);

  useEffect(() => {
    if (!wanted) return;
    let last = Date.now();
    const look = () => {
      if (document.hidden || Date.now() - last < EVERY_MS) return;
      last = Date.now();
      setCount((before) => before + 1);
    };
    const timer = setInterval(look, EVERY_MS / 6);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [wanted]);

  useEffect(() => {
    const again = () => setCount((before) => before + 1);
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, []);

  return count;
}
