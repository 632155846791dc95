import { useContext } from "preact/hooks";
import { Reader } from "../api/role";
import { visible } from "../format";
import { Account } from "./Account";
import { OwnSessions } from "./OwnSessions";
import { SecondFactor } from "./SecondFactor";

/** One's own account: password, second factor, sessions. */
export function OwnAccount() {
  const account = useContext(Reader);
  return (
    <>
      <p class="account-email">
        <bdi>{visible(account?.email ?? "")}</bdi>
      </p>
      <div class="account-cards">
        <Account />
        <SecondFactor />
      </div>
      <OwnSessions />
    </>
  );
}
