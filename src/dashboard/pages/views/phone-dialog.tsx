// The phone account of a rented number: a code to scan, a file for Linphone, or settings to type in. The password shows only when it is asked for.

import { useState } from "preact/hooks";
import { saveBlob } from "../../../page-parts/index.ts";
import { linphoneXml, type SipProfile, type SipSetting, type SipTerms, sipQr } from "../../../protocol/index.ts";
import { type AccountRental, visibleLine } from "../../../renter/index.ts";
import { useApp, useTask, useWords } from "../app-context.ts";
import { CopyButton, Dialog, Fault } from "../parts/frame.tsx";
import { QrCode } from "../parts/qr-code.tsx";
import { sipSettingsIn } from "../sip-words.ts";

function Setting({ setting: { key, name, value } }: { readonly setting: SipSetting }) {
  const words = useWords();
  const isSecret = key === "password";
  const [isShown, setShown] = useState(!isSecret);
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <code>{isShown ? visibleLine(value) : "••••••••"}</code>
        {isSecret && (
          <button type="button" class="text-button" aria-pressed={isShown} onClick={() => setShown(!isShown)}>
            {words.t(isShown ? "password.hide" : "password.show")}
          </button>
        )}
        <CopyButton class="text-button" value={value} said={words.t("app.copied")}>
          <span class="hidden">
            {words.t("app.copy")} {name}
          </span>
        </CopyButton>
      </dd>
    </div>
  );
}

/** Linphone cannot pin a certificate: it loads its settings, and registers, only where a public authority has signed one. */
const canScan = ({ via_relay, cert_sha256, transport }: SipTerms): boolean =>
  via_relay === true && cert_sha256 === null && transport === "tls";

/** A code that Linphone scans: with an address at the relay that is good once. It is made when it is asked for. */
function ScanCode({ rental }: { readonly rental: AccountRental }) {
  const { controller, words } = useApp();
  const task = useTask();
  const [address, setAddress] = useState<string | null>(null);
  const make = async (): Promise<void> => setAddress(await controller.phoneAddress(rental));
  return (
    <>
      <button type="button" class="primary" disabled={task.busy} onClick={() => void task.run(make)}>
        {words.t(address === null ? "phone.scan" : "phone.scan.again")}
      </button>
      <Fault fault={task.problem} />
      {address !== null && (
        <div class="scan-code">
          <QrCode text={address} label={words.t("phone.scan.label")} />
        </div>
      )}
      <p class="soft small">{words.t("phone.scan.text")}</p>
    </>
  );
}

interface PhoneDialogProps {
  readonly rental: AccountRental;
  readonly profile: SipProfile;
  readonly onClose: () => void;
}

export function PhoneDialog({ rental, profile, onClose }: PhoneDialogProps) {
  const words = useWords();
  const task = useTask();
  const { sip } = profile;
  const save = async (): Promise<void> =>
    saveBlob("linphone.xml", new Blob([linphoneXml(profile)], { type: "application/xml" }));
  const scans = canScan(sip);
  return (
    <Dialog title={words.t("phone.title")} onClose={onClose}>
      <div class="dialog-body">
        <p>{words.t("phone.text")}</p>
        {scans && <ScanCode rental={rental} />}
        <button type="button" class={scans ? "quiet" : "primary"} onClick={() => void task.run(save)}>
          {words.t("phone.linphone")}
        </button>
        <p class="soft small">{words.t("phone.linphone.text")}</p>
        <Fault fault={task.problem} />
        <h3>{words.t("phone.settings")}</h3>
        <dl class="plain-facts">
          {sipSettingsIn(words, profile).map((setting) => (
            <Setting key={setting.key} setting={setting} />
          ))}
        </dl>
        {!scans && (
          <details>
            <summary>{words.t("phone.qr")}</summary>
            <QrCode text={sipQr(sip, null).text} label={words.t("phone.qr")} />
            <p class="soft small">{words.t("phone.qr.text")}</p>
          </details>
        )}
        <p class="soft small">
          {words.t(sip.encryption === "none" ? "phone.scope.none" : "phone.scope.some")}
          {sip.via_relay === true && ` ${words.t("phone.scope.relay")}`}
        </p>
      </div>
    </Dialog>
  );
}
