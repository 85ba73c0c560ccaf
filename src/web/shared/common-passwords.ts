// The words people reach for, in lower case without digits at the ends: a data table. With its decorations taken off, a password
// that is one of these is refused. Only what can reach ten characters with decorations matters.

export const COMMON_PASSWORD_WORDS: ReadonlySet<string> = new Set(
  `
  password passwords passwort passwordpassword passwd passphrase mypassword yourpassword thepassword newpassword oldpassword
  letmein letmeinnow letmeinplease iloveyou iloveyousomuch ihateyou trustno trustnoone welcome welcomehome changeme changemenow
  changeit default defaultpassword secret secrets topsecret superuser supervisor administrator admin adminadmin adminpassword
  rootroot root toor rootpassword master masterkey masterpassword guest guestguest user username userpassword login loginlogin
  test testtest testing testpassword temp temporary temppass qwerty qwertyuiop qwertyqwerty qwertz qwertzuiop azerty azertyuiop
  asdfghjkl asdfasdf zxcvbnm qazwsx qazwsxedc qweasdzxc qweqwe abcdef abcdefgh abcdefghij abcabc abcd alphabet computer internet
  network server router gateway raspberry raspberrypi raspbian numberbox numberboxadmin numberboxpassword privateness emercoin
  bitcoin blockchain cryptocurrency simcard phone phonenumber telephone mobile modem modems samsung huawei quectel iphone android
  google facebook microsoft windows linux debian ubuntu sunshine princess superman batman spiderman starwars pokemon dragon
  monkey football baseball basketball liverpool chelsea arsenal manchester barcelona realmadrid michael jennifer jessica charlie
  jordan michelle ashley nicole daniel thomas andrew matthew whatever nothing something everything forever freedom summer winter
  spring autumn january february monday friday sunday christmas america england germany russia london newyork paris moscow
  correcthorsebatterystaple opensesame abracadabra blink dinosaur chocolate butterfly elephant password1234567890 mustang
  ferrari porsche mercedes harley corvette yankees cowboys eagles steelers rangers hunter killer shadow ninja matrix hello
  helloworld hellohello goodbye please thankyou loveyou lovelove babygirl sweetheart beautiful family friends mother father
  `
    .split(/\s+/)
    .filter((word) => word !== ""),
);
