// The three forms in which Raspberry Pi Imager leaves what a person chose, as its own generator writes them.

import { describe, expect, it } from "vitest";
import { readNetworkConfig, readUserData } from "../../../src/app/appliance/imager/cloud-init.ts";
import { parseToml, readCustomToml } from "../../../src/app/appliance/imager/custom-toml.ts";
import { checkCustomisation } from "../../../src/app/appliance/imager/customisation.ts";
import { hostFiles } from "../../../src/app/appliance/imager/first-boot-files.ts";
import { readFirstRun, shellWords } from "../../../src/app/appliance/imager/firstrun.ts";

const KEY = `ssh-ed25519 ${"A".repeat(68)} me@desk`;
const OTHER = `ssh-rsa ${"B".repeat(372)}== work`;
const PSK = "0123456789abcdef".repeat(4);
const HASH = "$5$LW2JEsaBJM$F4XoHWnbQyRJSvJkLAKC7qLxVmGZ9ybCJYHgqBBJ1fC";

const USER_DATA = `#cloud-config
hostname: attic-box
manage_etc_hosts: true
packages:
- avahi-daemon
apt:
  conf: |
    Acquire {
      Check-Date "false";
    };
timezone: Europe/Berlin
keyboard:
  model: pc105
  layout: "de"
enable_ssh: true
users:
- name: anna
  groups: users,adm,dialout,sudo
  shell: /bin/bash
  lock_passwd: false
  passwd: ${HASH}
  ssh_authorized_keys:
    - ${KEY}
    - ${OTHER}
  sudo: ALL=(ALL) NOPASSWD:ALL
runcmd:
  - [ rfkill, unblock, wifi ]
`;
const NETWORK_CONFIG = `network:
  version: 2
  wifis:
    wlan0:
      dhcp4: true
      regulatory-domain: "DE"
      access-points:
        "Zum \\"Bären\\"":
          hidden: true
          password: "${PSK}"
      optional: true
`;
const CUSTOM_TOML = `# Raspberry Pi OS custom.toml
config_version = 1

[system]
hostname = "attic-box"

[user]
name = "anna"
password = "${HASH}"
password_encrypted = true

[ssh]
enabled = true
password_authentication = false
authorized_keys = [
  "${KEY}",   # the desk
  '${OTHER}',
]

[wlan]
ssid = "Zum \\"B\\u00e4ren\\""
password = "${PSK}"
password_encrypted = true
hidden = true
country = "de"

[locale]
keymap = "de"
timezone = "Europe/Berlin"
`;
const FIRST_RUN = `#!/bin/sh

set +e

CURRENT_HOSTNAME=$(cat /etc/hostname | tr -d " \\t\\n\\r")
if [ -f /usr/lib/raspberrypi-sys-mods/imager_custom ]; then
   /usr/lib/raspberrypi-sys-mods/imager_custom set_hostname attic-box
else
   echo attic-box >/etc/hostname
fi
if [ -f /usr/lib/raspberrypi-sys-mods/imager_custom ]; then
   /usr/lib/raspberrypi-sys-mods/imager_custom enable_ssh -k '${KEY}' '${OTHER}'
fi
if [ -f /usr/lib/userconf-pi/userconf ]; then
   /usr/lib/userconf-pi/userconf 'anna' '${HASH}'
else
   echo "$FIRSTUSER:"'${HASH}' | chpasswd -e
fi
   /usr/lib/raspberrypi-sys-mods/imager_custom set_wlan  -h 'Zum "Bären"' '${PSK}' 'DE'
   /usr/lib/raspberrypi-sys-mods/imager_custom set_keymap 'de'
   /usr/lib/raspberrypi-sys-mods/imager_custom set_timezone 'Europe/Berlin'
rm -f /boot/firstrun.sh
sed -i 's| systemd.run.*||g' /boot/cmdline.txt
exit 0
`;
const CHOSEN = {
  hostname: "attic-box",
  timeZone: "Europe/Berlin",
  wifi: { ssid: 'Zum "Bären"', key: PSK, hidden: true, country: "DE" },
  user: { name: "anna", passwordHash: HASH },
  sshKeys: [KEY, OTHER],
};
const NOTHING = { hostname: null, timeZone: null, wifi: null, user: null, sshKeys: [] };

describe("what Imager leaves", () => {
  it("is the same in each of its forms", () => {
    const cloud = { ...readUserData(USER_DATA), ...readNetworkConfig(NETWORK_CONFIG) };
    expect(checkCustomisation(cloud)).toEqual(CHOSEN);
    expect(checkCustomisation(readCustomToml(CUSTOM_TOML))).toEqual(CHOSEN);
    expect(checkCustomisation(readFirstRun(FIRST_RUN))).toEqual(CHOSEN);
  });

  it("may be nothing at all", () => {
    expect(checkCustomisation(readUserData("#cloud-config\n"))).toEqual(NOTHING);
    expect(checkCustomisation(readNetworkConfig(""))).toEqual(NOTHING);
    expect(checkCustomisation(readCustomToml(""))).toEqual(NOTHING);
    expect(checkCustomisation(readFirstRun("#!/bin/sh\nexit 0\n"))).toEqual(NOTHING);
  });

  it("takes cloud-init's own forms, too: netplan without its top, auth below a network, `default` among users", () => {
    const config = "version: 2\nwifis: { wlan0: { access-points: { home: { auth: { password: 'long enough' } } } } }";
    const raw = { ...readUserData("users: [default, { name: anna }]"), ...readNetworkConfig(config) };
    expect(checkCustomisation(raw)).toEqual({
      ...NOTHING,
      user: { name: "anna", passwordHash: null },
      wifi: { ssid: "home", key: "long enough", hidden: false, country: null },
    });
  });

  it("may be a network without a password", () => {
    const config = 'network: { wifis: { wlan0: { access-points: { open: { password: "" } } } } }';
    expect(checkCustomisation(readNetworkConfig(config)).wifi).toMatchObject({ ssid: "open", key: null });
    expect(
      checkCustomisation(readFirstRun("/usr/lib/raspberrypi-sys-mods/imager_custom set_wlan 'open' '' ''")).wifi,
    ).toEqual({
      ...{ ssid: "open", key: null, hidden: false, country: null },
    });
  });

  it("keeps a password in clear out", () => {
    const text = '[user]\nname = "anna"\npassword = "in clear"\npassword_encrypted = false\n';
    expect(checkCustomisation(readCustomToml(text)).user).toEqual({ name: "anna", passwordHash: null });
  });
});

describe("a value that is not what it should be", () => {
  it.each<[string, Parameters<typeof checkCustomisation>[0]]>([
    ["a host name with a line break", { hostname: "a\nb" }],
    ["a time zone that leads elsewhere", { timeZone: "../../etc/shadow" }],
    ["a Wi-Fi name with a line break", { wifi: { ssid: "a\nb" } }],
    ["a Wi-Fi name of 33 bytes", { wifi: { ssid: `${"ä".repeat(16)}b` } }],
    ["a Wi-Fi password that is too short", { wifi: { ssid: "a", key: "short" } }],
    ["root as a user", { user: { name: "root" } }],
    ["a service's user", { user: { name: "numberbox" } }],
    ["a path as a user", { user: { name: "../x" } }],
    ["a password in clear", { user: { name: "anna", passwordHash: "secret" } }],
    ["a key with a second line", { sshKeys: [`${KEY}\nssh-ed25519 AAAA`] }],
    ["a key with a command", { sshKeys: [`command="x" ${KEY}`] }],
    ["a number for a name", { hostname: 7 }],
  ])("is refused: %s", (_name, raw) => {
    expect(() => checkCustomisation(raw)).toThrow(expect.objectContaining({ code: "firstboot.bad_value" }));
  });

  it("is not repeated in the error: it may be a secret", () => {
    try {
      checkCustomisation({ wifi: { ssid: "home", key: "s3cret" } });
      expect.unreachable();
    } catch (error) {
      expect(String(error)).not.toContain("s3cret");
    }
  });

  it("is refused where a file is another one", () => {
    const bad = expect.objectContaining({ code: "firstboot.bad_file" });
    for (const text of ["[", "- a\n- b", "users: 7"]) expect(() => readUserData(text)).toThrow(bad);
    expect(() => readNetworkConfig("network: { wifis: [] }")).toThrow(bad);
    for (const text of ["x", "a = ", 'a = "b', "a = [1]", "[a]\nb = [\n'c'"])
      expect(() => parseToml(text)).toThrow(bad);
  });
});

describe("words of a shell", () => {
  it.each([
    ["a 'b c' \"d e\"", ["a", "b c", "d e"]],
    [`'it'"'"'s'`, ["it's"]],
    ['"a \\"b\\" \\$c \\d"', ['a "b" $c \\d']],
    ["a\\ b ''", ["a b", ""]],
    ["  ", []],
  ])("of %j", (line, words) => expect(shellWords(line)).toEqual(words));

  it("do not end in the middle of a quote", () => expect(shellWords("a 'b")).toBeNull());
});

describe("the files of a machine", () => {
  const textOf = (path: string, chosen: Partial<typeof CHOSEN> = {}): string =>
    hostFiles({ ...CHOSEN, ...chosen }).find((file) => file.path === path)?.text ?? "";

  it("keep secrets to root", () => {
    const secret = hostFiles(CHOSEN).filter(({ text }) => text.includes(PSK) || text.includes(HASH));
    expect(secret.map(({ path, mode }) => [path, mode])).toEqual([
      ["connections/imager.nmconnection", 0o600],
      ["userdb/anna.user-privileged", 0o600],
      ["userdb/1000.user-privileged", 0o600],
    ]);
  });

  it("name a network by its bytes where its name could be mistaken", () => {
    const path = "connections/imager.nmconnection";
    expect(textOf(path)).toContain("ssid=90;117;109;32;34;66;195;164;114;101;110;34;\n");
    expect(textOf(path, { wifi: { ...CHOSEN.wifi, ssid: "Home 5" } })).toContain("ssid=Home 5\n");
    for (const ssid of [" a", "a ", "a;b", "1;2;"]) {
      expect(textOf(path, { wifi: { ...CHOSEN.wifi, ssid } })).toMatch(/^ssid=(?:\d+;)+$/m);
    }
    expect(textOf(path, { wifi: { ...CHOSEN.wifi, key: " back\\slash" } })).toContain("psk=\\sback\\\\slash\n");
  });

  it("tell the country of the Wi-Fi where one was chosen", () => {
    expect(textOf("wifi-country")).toBe("COUNTRY=DE\n");
    expect(textOf("wifi-country", { wifi: { ...CHOSEN.wifi, country: null } as never })).toBe("");
  });

  it("give keys without a name to a user", () => {
    const files = hostFiles({ ...CHOSEN, user: null } as never).map(({ path }) => path);
    expect(files).toContain("ssh/pi");
    expect(hostFiles({ hostname: null, timeZone: null, wifi: null, user: null, sshKeys: [] })).toEqual([]);
  });
});
