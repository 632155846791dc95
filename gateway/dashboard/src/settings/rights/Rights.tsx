import type { PageProps } from "../../pages";
import { Erasures } from "./Erasures";
import { Exports } from "./Exports";
import { Receipt } from "./Receipt";

/** What people may ask for: a copy of their data, and that it goes. */
export function Rights({ site }: PageProps) {
  return (
    <>
      <Exports site={site} />
      <Erasures site={site} />
      <Receipt />
    </>
  );
}
