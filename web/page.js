/**
 * The page: who is signed in, and what a person drops, pastes, chooses and opens.
 *
 * @module
 */

import { Client } from "./client.js";
import { Details } from "./details.js";
import { find, icon } from "./elements.js";
import { Gallery } from "./gallery.js";
import { Session } from "./session.js";
import { language, texts } from "./texts.js";
import { Uploads } from "./uploads.js";

// This module is at ENDPOINT/web/page.js, and the page itself at ENDPOINT/web.
const ENDPOINT = new URL("..", import.meta.url).href.replace(/\/$/, "");
const PAGE = `${ENDPOINT}/web`;

/** Say something to those who do not see the page. @param {string} text */
function announce(text) {
  find("announcer", HTMLElement).textContent = text;
}

/** Fill in the texts and icons that index.html names. */
function fillIn() {
  document.documentElement.lang = language.code;
  document.documentElement.dir = language.direction;
  document.title = texts.title;
  for (const place of document.querySelectorAll("[data-text]")) {
    place.append(String(texts[/** @type {keyof typeof texts} */ (place.getAttribute("data-text"))]));
  }
  for (const place of document.querySelectorAll("[data-label]")) {
    place.setAttribute(
      "aria-label",
      String(texts[/** @type {keyof typeof texts} */ (place.getAttribute("data-label"))]),
    );
  }
  for (const place of document.querySelectorAll("[data-icon]"))
    place.prepend(icon(place.getAttribute("data-icon") ?? ""));
}

/** Wait; while there is no connection, wait for it. @type {import("./client.js").Wait} */
async function wait(milliseconds, signal) {
  await new Promise((resolve, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
    if (navigator.onLine) setTimeout(resolve, milliseconds);
    addEventListener("online", () => resolve(undefined), { once: true });
  });
}

/** Show whether there is a connection. */
function watchConnection() {
  const banner = find("offline", HTMLElement);
  const show = () => (banner.hidden = navigator.onLine);
  addEventListener("online", show);
  addEventListener("offline", show);
  show();
}

/** Take files that are dropped, pasted or chosen. @param {(files: File[]) => void} add */
function takeFiles(add) {
  const [input, veil] = [find("files", HTMLInputElement), find("veil", HTMLElement)];
  for (const button of document.querySelectorAll(".add")) button.addEventListener("click", () => input.click());
  input.onchange = () => {
    add([...(input.files ?? [])]);
    input.value = "";
  };
  addEventListener("paste", (event) => add([...(event.clipboardData?.files ?? [])]));
  const hasFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    veil.hidden = false;
  });
  addEventListener("dragleave", (event) => event.relatedTarget === null && (veil.hidden = true));
  addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    veil.hidden = true;
    add([...(event.dataTransfer?.files ?? [])]);
  });
}

/** Show the page of somebody who is not signed in. @param {Session} session @param {string} message */
function showSignIn(session, message) {
  find("app", HTMLElement).hidden = true;
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
  find("welcome", HTMLElement).hidden = false;
  find("welcome-problem", HTMLElement).textContent = message;
  find("sign-in", HTMLButtonElement).onclick = () => void session.begin();
}

/** Show the images of the user. @param {Session} session */
function showImages(session) {
  const onSignedOut = () => showSignIn(session, texts.sessionEnded);
  const client = new Client(ENDPOINT, (renewed) => session.token(renewed), { wait });
  const details = new Details(client, {
    announce,
    onDeleted: (tile) => {
      gallery.drop(tile);
      announce(texts.announceDeleted(tile.name));
    },
  });
  const gallery = new Gallery(client, { announce, onSignedOut, onOpen: (tile) => void details.open(tile) });
  const uploads = new Uploads(client, gallery, { announce, onSignedOut });
  takeFiles((files) => uploads.add(files));
  addEventListener("beforeunload", (event) => uploads.areRunning && event.preventDefault());
  find("app", HTMLElement).hidden = false;
  find("email", HTMLElement).textContent = session.email;
  find("sign-out", HTMLButtonElement).onclick = () => session.signOut();
  void gallery.load();
}

/** Finish a sign-in if this is the return from one, and return what went wrong. @param {Session} session */
async function finishSignIn(session) {
  const query = new URLSearchParams(location.search);
  if (!query.has("code") && !query.has("error")) return "";
  history.replaceState(null, "", location.pathname); // the code is for one use, and not for the history
  try {
    await session.finish(query);
    return "";
  } catch {
    return texts.signInFailed;
  }
}

async function start() {
  fillIn();
  watchConnection();
  const answer = await fetch(new URL("settings.json", import.meta.url));
  const session = new Session(await answer.json(), PAGE);
  const problem = await finishSignIn(session);
  if (session.isOpen) showImages(session);
  else showSignIn(session, problem);
}

void start();
