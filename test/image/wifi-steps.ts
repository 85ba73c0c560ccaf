// A box without a network, of an image with --debug: three simulated radios in the guest (mac80211_hwsim) are the box's, a phone's and a home
// router's. The phone finds the box's own Wi-Fi, is led to the console, claims the box and chooses the router's Wi-Fi.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { Machine, makeOverlay, pause } from "./machine.ts";
import type { Platform } from "./platform.ts";
import type { Figures } from "./steps.ts";

const HOME = { ssid: "Home", password: "correct horse", country: "DE" } as const;
const PASSWORD = "a password for the owner 42";
const NOTE = "/bootconfig/CLAIM-CODE.txt";

/** What the guest needs for it: `api METHOD PATH [BODY]` asks the console from the phone, with its cookies. */
const PREPARE = `set -e
modprobe mac80211_hwsim radios=3
sleep 3
for who in 1 2; do
  ip netns add n$who
  iw phy "$(cat /sys/class/net/wlan$who/phy80211/name)" set netns name n$who
  ip -n n$who link set lo up
done
cat >/tmp/api <<'END'
#!/bin/sh
exec ip netns exec n1 curl -sk -m 90 -b /tmp/jar -c /tmp/jar -X "$1" -H Content-Type:application/json \\
  -H Origin:https://10.42.0.1 \${3:+-d "$3"} "https://10.42.0.1/api/v1$2"
END
cat >/tmp/leased <<'END'
#!/bin/sh
[ "$1" = bound ] || exit 0
ip addr add "$ip/$mask" dev "$interface"
echo "ip=$ip router=$router dns=$dns portal=$opt114" >/tmp/lease
END
cat >/tmp/home.conf <<'END'
network={
ssid="${HOME.ssid}"
mode=2
frequency=2437
key_mgmt=WPA-PSK
proto=RSN
pairwise=CCMP
psk="${HOME.password}"
}
END
chmod +x /tmp/api /tmp/leased
ip netns exec n2 wpa_supplicant -B -i wlan2 -c /tmp/home.conf
ip -n n2 addr add 192.168.77.1/24 dev wlan2
ip netns exec n2 dnsmasq -i wlan2 --dhcp-range=192.168.77.10,192.168.77.50 --port=0`;

const joinAs = (ssid: string, key: string): string => `set -e
printf 'network={\\nssid="${ssid}"\\npsk="${key}"\\n}\\n' >/tmp/phone.conf
ip netns exec n1 wpa_supplicant -B -i wlan1 -c /tmp/phone.conf
# The note is there as soon as the network is gone, the Wi-Fi a minute later.
for i in $(seq 300); do ip netns exec n1 iw dev wlan1 link | grep -q "SSID: ${ssid}" && break; sleep 1; done
ip netns exec n1 iw dev wlan1 link | grep "SSID: ${ssid}"
ip netns exec n1 busybox udhcpc -i wlan1 -n -q -t 30 -O 114 -s /tmp/leased >/dev/null
cat /tmp/lease`;

/** What tells why, when it fails. */
const LOOK = `iw dev; ip netns exec n1 iw dev wlan1 link; nmcli -t device
journalctl -b --no-pager -o short-monotonic -u numberbox -u NetworkManager -u wpa_supplicant | tail -80`;

const network = z.object({
  access_point: z.object({ state: z.string() }).nullable(),
  problem: z.object({ code: z.string() }).nullable(),
});

/** Asks until the answer is as `fits` says; throws with the last one after `seconds`. */
async function until(ask: () => Promise<string>, fits: (answer: string) => boolean, seconds: number): Promise<string> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await ask().catch((error: unknown) => String(error));
    if (fits(answer)) return answer;
    if (performance.now() > end) throw new Error(`not within ${seconds} s; the last answer: ${answer.slice(-600)}`);
    await pause(2000);
  }
}

function must(holds: boolean, what: string, seen: string): void {
  if (!holds) throw new Error(`${what}: ${seen.slice(0, 600)}`);
}

/** Reads the own Wi-Fi's name and key and the code as somebody at the machine would. */
async function noteOf(machine: Machine): Promise<{ ssid: string; key: string; code: string }> {
  const shown = /Wi-Fi (Numberbox-\w{4}) with the password ([\w-]+),.*first sign-in: ([\w-]+)/s;
  const note = await until(
    () => machine.run(`cat ${NOTE}`),
    (text) => shown.test(text),
    240,
  );
  const [, ssid = "", key = "", code = ""] = shown.exec(note) ?? [];
  return { ssid, key, code };
}

async function portal(machine: Machine, lease: string): Promise<void> {
  must(/ip=10\.42\.0\.\d+ router=10\.42\.0\.1 dns=10\.42\.0\.1/.test(lease), "the lease", lease);
  must(/portal=[0-9a-f]{20,}|portal=http/.test(lease), "the lease's captive portal (RFC 8910)", lease);
  const probe = await machine.run(
    "ip netns exec n1 curl -si -m 30 -H 'Host: captive.apple.com' http://10.42.0.1/hotspot-detect.html",
  );
  must(/^HTTP\/1.1 302/.test(probe), "a phone's probe", probe);
  const page = await machine.run("ip netns exec n1 curl -s -m 30 -H 'Accept-Language: de' http://10.42.0.1/");
  must(page.includes("https://10.42.0.1/"), "the portal's page", page);
  const ssh = await machine.run("ip netns exec n1 curl -sS -m 3 http://10.42.0.1:22 && exit 9 || echo refused");
  must(ssh.endsWith("refused"), "SSH from the own Wi-Fi", ssh);
}

/** Resolves with what it took. Its machine is its own: one that nobody has claimed. */
export async function ownWifi(image: string, folder: string, platform: Platform): Promise<Figures> {
  mkdirSync(folder, { recursive: true });
  const disk = join(folder, "disk.qcow2");
  await makeOverlay(image, disk);
  const machine = await Machine.start({
    ...{ platform, disk, folder, modems: [] },
    httpsPort: 20_000 + ((process.pid + 1) % 20_000),
  });
  try {
    await machine.ready();
    await machine.run(PREPARE);
    const pulled = performance.now();
    await machine.qmp("set_link", { name: "net", up: false });
    const { ssid, key, code } = await noteOf(machine);
    const lease = await machine.run(joinAs(ssid, key), 600);
    const opened = (performance.now() - pulled) / 1000;
    await portal(machine, lease.split("\n").at(-1) ?? "");
    const api = (text: string): Promise<string> => machine.run(`/tmp/api ${text}`);
    const claimed = await api(`POST /setup '${JSON.stringify({ password: PASSWORD, claim_code: code })}'`);
    must(claimed.includes('"signed_in"'), "claiming the box", claimed);
    const choose = (password: string): Promise<string> =>
      api(`POST /network/wifi '${JSON.stringify({ ssid: HOME.ssid, country: HOME.country, password })}'`);
    must((await choose("wrong horses")).includes('"joining"'), "choosing a Wi-Fi", "");
    const failed = await until(
      () => api("GET /network"),
      (text) => text.includes("wifi.wrong_password"),
      180,
    );
    const { access_point: point } = network.parse(JSON.parse(failed));
    must(point?.state === "open", "the own Wi-Fi after a wrong password", failed);
    const chosen = performance.now();
    must((await choose(HOME.password)).includes('"joining"'), "choosing a Wi-Fi", "");
    const address = await until(
      () => machine.run("ip -4 -o addr show wlan0"),
      (text) => text.includes("192.168.77."),
      180,
    );
    must(!address.includes("10.42.0.1"), "the address in the chosen Wi-Fi", address);
    const joined = (performance.now() - chosen) / 1000;
    const domain = await until(
      () => machine.run("iw reg get"),
      (text) => text.includes(`country ${HOME.country}`),
      60,
    );
    const leaks = await machine.run(
      `journalctl -b --no-pager | grep -cE "${HOME.password}|wrong horses|${key}" || true; ` +
        `grep -rl "${HOME.password}" /var/lib/numberbox /var/lib/numberbox-host || true`,
    );
    must(leaks === "0", "passwords in the journal, and files that hold one", leaks);
    // The rules are made anew by a program that starts for it.
    await until(
      () => machine.run(`nft list ruleset | grep -c "own access point" || true; ls ${NOTE} 2>/dev/null | wc -l`),
      (text) => text.split("\n").join() === "0,0",
      180,
    );
    return {
      "seconds to a lease in the own Wi-Fi": Math.round(opened),
      "seconds to the chosen one": Math.round(joined),
      "radio's country": /country (\w\w)/.exec(domain)?.[1] ?? "",
    };
  } catch (error) {
    const seen = await machine.run(LOOK).catch((unseen: unknown) => String(unseen));
    writeFileSync(join(folder, "seen.txt"), seen);
    throw error;
  } finally {
    await machine.cut();
  }
}
