import { useContext, useState } from "preact/hooks";
import { removeTotp, renewRecoveryCodes } from "../api/account";
import { Reader } from "../api/role";
import { Sites } from "../api/sites";
import { factor } from "../text/people";
import { FactorCodes } from "./FactorCodes";
import { FactorSetup } from "./FactorSetup";
import { ProvenDialog } from "./ProvenDialog";

type Open =
  | { readonly what: "setup" | "off" | "renew" }
  | { readonly what: "codes"; readonly codes: readonly string[] };

/** The account's second factor: on or off, and its recovery codes. */
export function SecondFactor() {
  const account = useContext(Reader);
  const { reload } = useContext(Sites);
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const show = (codes: readonly string[]) => setOpen({ what: "codes", codes });
  const changed = async () => {
    await reload();
    close();
  };
  const on = account?.totp ?? false;
  return (
    <section class="card panel" aria-labelledby="second-factor">
      <h2 class="panel-title" id="second-factor">
        {factor.title}{" "}
        <span class={on ? "tag tag-ingest factor-state" : "tag factor-state"}>{on ? factor.on : factor.off}</span>
      </h2>
      <p class="panel-lead">{factor.lead}</p>
      {on ? (
        <>
          <p>{factor.left(account?.recoveryCodes ?? 0)}</p>
          <div class="panel-buttons">
            <button class="button" type="button" onClick={() => setOpen({ what: "renew" })}>
              {factor.renew}
            </button>
            <button class="button danger-quiet" type="button" onClick={() => setOpen({ what: "off" })}>
              {factor.turnOff}
            </button>
          </div>
        </>
      ) : (
        <div class="panel-buttons">
          <button class="button primary" type="button" onClick={() => setOpen({ what: "setup" })}>
            {factor.begin}
          </button>
        </div>
      )}
      {open?.what === "setup" && <FactorSetup onCodes={show} onClose={close} />}
      {open?.what === "codes" && <FactorCodes codes={open.codes} onClose={changed} />}
      {open?.what === "renew" && (
        <ProvenDialog
          title={factor.renew}
          lead={factor.renewLead}
          submit={factor.renewSubmit}
          onProven={async (password, code) => show(await renewRecoveryCodes(password, code))}
          onClose={close}
        />
      )}
      {open?.what === "off" && (
        <ProvenDialog
          title={factor.turnOffTitle}
          lead={factor.turnOffLead}
          submit={factor.turnOff}
          onProven={async (password, code) => {
            await removeTotp(password, code);
            await changed();
          }}
          onClose={close}
        />
      )}
    </section>
  );
}
