import { expect, it } from "vitest";
import { systemRandom } from "../../src/base/system-random.ts";
import { passphraseFault, suggestPassphrase } from "../../src/dashboard/pages/passphrase.ts";

it.each(["", "short", "nine char"])("%s is too short", (text) => expect(passphraseFault(text)).toBe("short"));

it.each([
  "aaaaaaaaaa",
  "          ",
  "abababababab",
  "abcabcabcabc",
  "1234567890",
  "0123456789",
  "abcdefghijkl",
  "qwertyuiop",
  "qwertz12345",
  "йцукенгшщз",
  "19840312198",
  "79161234567",
  "password123",
  "Password 2026!",
  "Passwort1234",
  "contraseña12",
  "пароль123456",
  "numberbox2026",
  "i love you i love you",
  "hunter hunter hunter",
])("%s is guessed at once", (text) => expect(passphraseFault(text)).toBe("weak"));

it.each([
  "lotu pira vesa gomi",
  "correct horse battery staple",
  "Mein Hund bellt 3x am Tag",
  "зелёный чайник летит домой",
  "el gato duerme en marzo",
  "xK9#mQ2$vL",
  "my password is longer than yours",
  "83649271058264913075",
])("%s will do", (text) => expect(passphraseFault(text)).toBeNull());

it("one that these pages suggest will do", () => {
  for (let tries = 0; tries < 500; tries++) expect(passphraseFault(suggestPassphrase(systemRandom))).toBeNull();
});
