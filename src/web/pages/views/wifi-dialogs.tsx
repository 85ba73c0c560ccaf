// Joins a Wi-Fi, and forgets the one that is kept. A password goes to the box once, and is never shown again.

import { useState } from "preact/hooks";
import { DialogForm } from "../../../page-parts/index.ts";
import type { NetworkView, WifiJoinReply, WifiNetwork } from "../../../protocol/index.ts";
import { networkApi } from "../api-network.ts";
import { useWords } from "../app-context.ts";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { DialogFoot } from "../parts/dialog-foot.tsx";
import { Fault } from "../parts/fault.tsx";
import { SecretField, TextField } from "../parts/text-field.tsx";
import { useTask } from "../parts/use-task.ts";

/** What the browser's own language says of where it is: the right guess for most, and anybody may change it. */
function likelyCountry(): string {
  return new Intl.Locale(navigator.language).region ?? "";
}

export interface JoinDialogProps {
  /** Null for one that is not in the list. */
  readonly network: WifiNetwork | null;
  readonly onJoining: (reply: WifiJoinReply) => void;
  readonly onClose: () => void;
}

export function JoinDialog({ network, onJoining, onClose }: JoinDialogProps) {
  const words = useWords();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [country, setCountry] = useState(likelyCountry);
  const { busy, problem, run } = useTask();
  const ssid = network?.ssid ?? name.trim();
  const isOpen = network?.security === "open";
  const join = (): void =>
    void run(async () => {
      const place = country.trim().toUpperCase();
      onJoining(
        await networkApi.join({
          ...{ ssid, hidden: network === null },
          ...(isOpen || password === "" ? {} : { password }),
          ...(place === "" ? {} : { country: place }),
        }),
      );
    });
  return (
    <Dialog title={words.t("network.join")} onClose={onClose}>
      <DialogForm onSubmit={join}>
        <div class="dialog-body">
          {network === null ? (
            <TextField id="wifi-name" label={words.t("network.name")} value={name} onValue={setName} maxLength={32} />
          ) : (
            <p class="dialog-subject">{network.ssid}</p>
          )}
          {isOpen ? (
            <p>{words.t("network.open.text")}</p>
          ) : (
            <SecretField
              id="wifi-password"
              label={words.t("network.password")}
              help={words.t(network === null ? "network.password.hidden" : "network.password.help")}
              value={password}
              onValue={setPassword}
            />
          )}
          <TextField
            id="wifi-country"
            label={words.t("network.country")}
            help={words.t("network.country.help")}
            value={country}
            onValue={setCountry}
            maxLength={2}
          />
          <Fault fault={problem} />
        </div>
        <DialogFoot onClose={onClose} submit={words.t("network.join")} disabled={busy || ssid === ""} />
      </DialogForm>
    </Dialog>
  );
}

export interface ForgetDialogProps {
  readonly ssid: string;
  readonly onForgotten: (view: NetworkView) => void;
  readonly onClose: () => void;
}

export function ForgetDialog({ ssid, onForgotten, onClose }: ForgetDialogProps) {
  const words = useWords();
  const { busy, problem, run } = useTask();
  return (
    <ConfirmDialog
      title={words.t("network.forget")}
      subject={ssid}
      submit={words.t("network.forget")}
      {...{ busy, problem, onClose }}
      onConfirm={() => void run(async () => onForgotten(await networkApi.forget()))}
    >
      <p>{words.t("network.forget.text")}</p>
    </ConfirmDialog>
  );
}
