import { describe, expect, it } from "vitest";
import { maskMachineLine } from "../../src/core/index.ts";

/** Where a box stands and who it belongs to: in nothing that leaves it. */
const SECRETS = ["Zum Bären", "it's me", "dc:a6:32:01:02:03", "203.0.113.9", "2001:db8:1:2:dea6:32ff:fe01:203", "anna"];

describe("the machine's log as it is shown to whoever helps", () => {
  it.each([
    "wpa_supplicant[7]: wlan0: Trying to associate with dc:a6:32:01:02:03 (SSID='Zum Bären' freq=2412 MHz)",
    'wpa_supplicant[7]: wlan0: CTRL-EVENT-SSID-TEMP-DISABLED id=0 ssid="it\'s me" auth_failures=1',
    "NetworkManager[5]: <warn>  device (wlan0): Activation: failed for connection 'Zum Bären'",
    "NetworkManager[5]: <warn>  (wlan0): link timed out with network 'it's me'.",
    "NetworkManager[5]: <warn>  dhcp4 (eth0): lease of 203.0.113.9 expired",
    "NetworkManager[5]: <warn>  ipv6: duplicate address 2001:db8:1:2:dea6:32ff:fe01:203",
    "kernel: wlan0: deauthenticated from dc:a6:32:01:02:03 (Reason: 2)",
    "kernel: brcmfmac: bssid=dc-a6-32-01-02-03",
    "sshd[9]: error: maximum authentication attempts exceeded for anna from 203.0.113.9 port 5 ssh2",
    "sshd[9]: error: PAM: failure for illegal user anna from 203.0.113.9",
    "hostapd: ssid: Zum",
  ])("tells neither names of networks, nor addresses, nor people: %s", (line) => {
    const shown = maskMachineLine(line);
    for (const secret of [...SECRETS, "dc-a6-32-01-02-03", "s me", ": Zum"]) expect(shown).not.toContain(secret);
    expect(shown).toContain("…");
  });

  it.each([
    "2026-11-30T14:33:53+0000 kernel: mmc0: error -110 whilst initialising SD card",
    "2026-11-30T14:33:53+0000 rauc[5]: Installing `/var/lib/numberbox/updates/b.raucb`: All slots updated",
    "NetworkManager[5]: <warn>  [1764513233.1] dhcp4 (eth0): request timed out",
    "systemd[1]: numberbox.service: Watchdog timeout (limit 1min)!",
    "kernel: usb 1-1.4: device descriptor read/64, error -71",
    "numberbox[7]: listening at 192.168.1.7, 127.0.0.1 and ::1",
    "chronyd[3]: System clock wrong by 86400.5 seconds",
    "kernel: Out of memory: Killed process 77 (node) total-vm:900000kB",
  ])("can still be read: %s", (line) => expect(maskMachineLine(line)).toBe(line));

  it("covers numbers and keys as everywhere", () => {
    expect(maskMachineLine("x: +49 170 1234567 8944500102030405067")).not.toMatch(/1234567|8944500102030405067/);
  });
});
