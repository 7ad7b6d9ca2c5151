// Asks the browser for a passkey and sends it with the form around it. The markup is templates/components/passkey.html;
// without this script the form stays hidden and the page says so. Texts come from the template, translated.

const fromText = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
const descriptors = (list) => list?.map((each) => ({ ...each, id: fromText(each.id) }));

/** Makes a new passkey; one that works without the password where the device can keep such. */
async function make({ publicKey }) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: fromText(publicKey.challenge),
      user: { ...publicKey.user, id: fromText(publicKey.user.id) },
      excludeCredentials: descriptors(publicKey.excludeCredentials),
      authenticatorSelection: { ...publicKey.authenticatorSelection, residentKey: "preferred" },
    },
  });
  return {
    id: made.id,
    rawId: toText(made.rawId),
    type: made.type,
    response: {
      clientDataJSON: toText(made.response.clientDataJSON),
      attestationObject: toText(made.response.attestationObject),
    },
    clientExtensionResults: { credProps: { rk: made.getClientExtensionResults().credProps?.rk === true } },
  };
}

/** Shows a passkey that exists. */
async function show({ publicKey }) {
  const shown = await navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: fromText(publicKey.challenge),
      allowCredentials: descriptors(publicKey.allowCredentials),
    },
  });
  const { clientDataJSON, authenticatorData, signature, userHandle } = shown.response;
  return {
    id: shown.id,
    rawId: toText(shown.rawId),
    type: shown.type,
    response: {
      clientDataJSON: toText(clientDataJSON),
      authenticatorData: toText(authenticatorData),
      signature: toText(signature),
      userHandle: userHandle && toText(userHandle),
    },
    clientExtensionResults: {},
  };
}

/** What the passkey must answer to: in the page, or asked of the server when the button is pressed. */
async function challenge(form) {
  if (form.dataset.options) return JSON.parse(document.getElementById(form.dataset.options).textContent);
  const response = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return (await response.json()).request_options;
}

function setUp(form) {
  const { make: makes, unable, address, known, failed } = form.dataset;
  const status = form.querySelector("[data-passkey-status]");
  const button = form.querySelector("button");
  const say = (text) => (status.textContent = text);
  if (!window.PublicKeyCredential) {
    say(unable);
    return;
  }
  button.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    say("");
    button.disabled = true;
    try {
      const options = await challenge(form);
      const credential = await (makes === undefined ? show(options) : make(options));
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch (error) {
      // An address without a host name has no passkeys; a device that holds one of this account makes no second.
      say({ SecurityError: address, InvalidStateError: known }[error.name] ?? failed);
      button.disabled = false;
    }
  });
}

document.querySelectorAll("form[data-passkey]").forEach(setUp);
