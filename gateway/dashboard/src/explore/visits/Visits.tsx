import { Refresh } from "../../api/use-ask";
import { Toolbar } from "../Toolbar";
import type { ToolProps } from "../tools";
import { VisitDialog } from "./VisitDialog";
import { VisitList } from "./VisitList";

/** Single visits, newest first, and what happened in one of them. */
export function Visits({ site, view, go, segments }: ToolProps) {
  const open = view.own.visit ?? "";
  return (
    // A list that moves while it is read is none: it is asked again on demand alone.
    <Refresh.Provider value={0}>
      <Toolbar site={site} view={view} go={go} segments={segments} />
      <VisitList site={site} view={view} onOpen={(visit) => go({ own: { visit } })} />
      {open && <VisitDialog key={open} site={site} id={open} view={view} go={go} />}
    </Refresh.Provider>
  );
}
