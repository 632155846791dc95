import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../api/http";
import { text } from "../text";
import { Problem } from "./Problem";

/** A component whose code comes when it is first shown. */
export function lazily<P extends object>(load: () => Promise<FunctionComponent<P>>): FunctionComponent<P> {
  let loaded: FunctionComponent<P> | null = null;
  return function Lazy(props: P) {
    const [state, setState] = useState<"coming" | "there" | "failed">(loaded ? "there" : "coming");
    useEffect(() => {
      if (state !== "coming") return;
      load().then(
        (component) => {
          loaded = component;
          setState("there");
        },
        () => setState("failed"),
      );
    }, [state]);
    const Loaded = loaded;
    if (Loaded) return <Loaded {...props} />;
    if (state === "failed")
      return <Problem error={new ApiError(0, text.state.offline)} onRetry={() => setState("coming")} />;
    return (
      <div class="coming" role="status" aria-label={text.state.loading}>
        <div class="card skeleton" />
      </div>
    );
  };
}
