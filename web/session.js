/**
 * Sign-in by Cognito's managed login: authorization code with PKCE (RFC 7636), refresh, sign-out.
 *
 * The tokens are in sessionStorage: a reload does not end the session, and no other tab and no later visitor of this computer
 * finds them. Scripts of other origins could read them, but the page's Content-Security-Policy lets none run.
 *
 * @module
 */

/**
 * @typedef {{ signInUrl: string, clientId: string }} Settings What settings.json has.
 * @typedef {{ idToken: string, refreshToken: string, expires: number }} Tokens expires: milliseconds since 1970
 */

const TOKENS = "tokens";
const PENDING = "sign-in"; // verifier and state of a sign-in that has begun
const EARLY = 60_000; // milliseconds before the end of a token at which it is refreshed

/** The user is not signed in, or not any more. */
export class SignedOutError extends Error {
  name = "SignedOutError";
}

/** The session of one browser tab. */
export class Session {
  /** @type {Promise<string> | undefined} */
  #refreshing;

  /**
   * @param {Settings} settings
   * @param {string} pageUrl to which the sign-in returns, exactly as the client has it
   * @param {Storage} storage
   */
  constructor(settings, pageUrl, storage = sessionStorage) {
    this.settings = settings;
    this.pageUrl = pageUrl;
    this.storage = storage;
  }

  /** Whether somebody is signed in, as far as this tab knows. */
  get isOpen() {
    return this.storage.getItem(TOKENS) !== null;
  }

  /** The e-mail address of the user, or nothing. @returns {string} */
  get email() {
    const tokens = this.#tokens();
    return tokens ? String(claims(tokens.idToken).email ?? "") : "";
  }

  /** Go to the sign-in page. */
  async begin() {
    const [verifier, state] = [randomText(), randomText()];
    this.storage.setItem(PENDING, JSON.stringify({ verifier, state }));
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
    this.#go("/oauth2/authorize", {
      response_type: "code",
      client_id: this.settings.clientId,
      redirect_uri: this.pageUrl,
      scope: "openid email",
      state,
      code_challenge: base64url(new Uint8Array(digest)),
      code_challenge_method: "S256",
    });
  }

  /**
   * Finish a sign-in with the parameters with which the sign-in page has returned.
   *
   * Throws SignedOutError if Cognito refuses, or if this tab has not begun that sign-in: its code could be another person's.
   *
   * @param {URLSearchParams} query
   */
  async finish(query) {
    const pending = JSON.parse(this.storage.getItem(PENDING) ?? "{}");
    this.storage.removeItem(PENDING);
    if (!pending.state || query.get("state") !== pending.state) throw new SignedOutError("unknown sign-in");
    await this.#request({
      grant_type: "authorization_code",
      code: query.get("code") ?? "",
      redirect_uri: this.pageUrl,
      code_verifier: pending.verifier,
    });
  }

  /**
   * Return a valid ID token; throws SignedOutError if the session has ended, or what fetch throws.
   *
   * @param {boolean} [renewed] whether the present one was refused
   */
  async token(renewed = false) {
    const tokens = this.#tokens();
    if (!tokens) throw new SignedOutError("not signed in");
    if (!renewed && tokens.expires - EARLY > Date.now()) return tokens.idToken;
    this.#refreshing ??= this.#refresh(tokens).finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  /** Forget and revoke the tokens, and end the session of the sign-in page. */
  signOut() {
    const tokens = this.#tokens();
    this.storage.removeItem(TOKENS);
    if (tokens) {
      const form = { token: tokens.refreshToken, client_id: this.settings.clientId };
      // Nobody waits for the answer: the refresh token is gone from here, and ends within a day.
      this.#post("/oauth2/revoke", form).catch(() => {});
    }
    this.#go("/logout", { client_id: this.settings.clientId, logout_uri: this.pageUrl });
  }

  /** @returns {Tokens | null} */
  #tokens() {
    return JSON.parse(this.storage.getItem(TOKENS) ?? "null");
  }

  /** @param {Tokens} tokens */
  #refresh(tokens) {
    return this.#request({ grant_type: "refresh_token", refresh_token: tokens.refreshToken }, tokens.refreshToken);
  }

  /**
   * @param {Record<string, string>} form
   * @param {string} [refreshToken] the present one, which the answer may replace
   */
  async #request(form, refreshToken = "") {
    const answer = await this.#post("/oauth2/token", { ...form, client_id: this.settings.clientId });
    if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
      this.storage.removeItem(TOKENS);
      throw new SignedOutError(`the sign-in was refused with status ${answer.status}`);
    }
    if (!answer.ok) throw new TypeError(`the sign-in answered ${answer.status}`);
    const found = await answer.json();
    /** @type {Tokens} */
    const tokens = {
      idToken: found.id_token,
      refreshToken: found.refresh_token ?? refreshToken,
      expires: Date.now() + found.expires_in * 1000,
    };
    this.storage.setItem(TOKENS, JSON.stringify(tokens));
    return tokens.idToken;
  }

  /**
   * @param {string} path
   * @param {Record<string, string>} form
   */
  #post(path, form) {
    return fetch(this.settings.signInUrl + path, { method: "POST", body: new URLSearchParams(form), keepalive: true });
  }

  /**
   * @param {string} path
   * @param {Record<string, string>} query
   */
  #go(path, query) {
    location.assign(`${this.settings.signInUrl}${path}?${new URLSearchParams(query)}`);
  }
}

/** Return the content of a token, which the API verifies, not the page. @param {string} token @returns {Record<string, unknown>} */
function claims(token) {
  const bytes = Uint8Array.from(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")), (one) =>
    one.charCodeAt(0),
  );
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** Return 256 random bits as text. */
function randomText() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

/** @param {Uint8Array} bytes */
function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
}
