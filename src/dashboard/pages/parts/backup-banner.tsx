// Reminds of a backup while there is none and there is something to lose: above every view but the one where it is made.

import { Icon } from "../../../page-parts/index.ts";
import { useApp, useSelect } from "../app-context.ts";

export function BackupBanner() {
  const { controller, words } = useApp();
  const isDue = useSelect(
    ({ isBackedUp, rentals, link, view }) =>
      !isBackedUp && rentals.length > 0 && link !== "elsewhere" && view.name !== "account" && view.name !== "order",
  );
  if (!isDue) return null;
  return (
    <div class="banner banner-calm">
      <Icon name="key" />
      <span>{words.t("backup.banner")}</span>
      <button type="button" onClick={() => controller.go({ name: "account" })}>
        {words.t("backup.banner.go")}
      </button>
    </div>
  );
}
