import { useContext, useState } from "preact/hooks";
import type { AuditFilter } from "../../api/audit";
import { may, Reader, roleAt } from "../../api/role";
import type { PageProps } from "../../pages";
import { addDays, instantAt } from "../../time/wall";
import { AuditFilters, type Wanted } from "./AuditFilters";
import { AuditList } from "./AuditList";
import { ChainCheck } from "./ChainCheck";

const ALL: Wanted = { actor: "", operation: "", from: "", to: "", everySite: false };

/** Who asked for what, and whether the log says so truly. */
export function Audit({ site }: PageProps) {
  const ownsAll = may(roleAt(useContext(Reader), null), "owner");
  const [wanted, setWanted] = useState(ALL);
  const narrow = (more: Partial<Wanted>) => setWanted((before) => ({ ...before, ...more }));
  return (
    <>
      <AuditList
        filter={filterOf(wanted, site.id, site.timezone)}
        filters={<AuditFilters site={site} wanted={wanted} ownsAll={ownsAll} onChange={narrow} />}
        onClear={JSON.stringify(wanted) === JSON.stringify(ALL) ? null : () => setWanted(ALL)}
        onNarrow={narrow}
      />
      {ownsAll && <ChainCheck />}
    </>
  );
}

/** Days are those of the site, the last one included. */
function filterOf({ actor, operation, from, to, everySite }: Wanted, site: string, zone: string): AuditFilter {
  const start = (day: string) => instantAt(`${day} 00:00:00`, zone);
  return {
    site: everySite ? "" : site,
    actor,
    operation,
    from: from && start(from),
    to: to && start(addDays(to, 1)),
  };
}
