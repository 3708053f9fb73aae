/**
 * Every text of the page. A translation replaces this file: its language decides about numbers and dates, its direction about the layout.
 *
 * @module
 */

export const language = { code: "en", direction: "ltr" };

export const texts = {
  title: "Images",
  signIn: "Sign in",
  signOut: "Sign out",
  welcome: "Drop an image. The rest is done.",
  welcomeMore:
    "Each image is checked, described, resized and archived within seconds. Sign in to see yours, and to add more.",
  signInFailed: "The sign-in did not work. Try again.",
  sessionEnded: "Your session has ended. Sign in again.",
  add: "Add images",
  dropHere: "Drop images to upload them",
  emptyTitle: "No images yet",
  emptyMore: "Drop images anywhere on this page, paste one, or choose files.",
  formats: "JPEG, PNG, HEIC, AVIF, WebP, GIF, TIFF and BMP",
  loading: "Your images are loading",
  offline: "You are offline. Uploads go on when the connection is back.",
  listFailed: "Your images could not be loaded.",
  again: "Try again",
  more: "Show more",
  gallery: "Your images",
  unnamed: "Image",
  open: (/** @type {string} */ name) => `Open ${name}`,

  queued: "Waiting",
  reading: "Preparing",
  sending: (/** @type {string} */ sent, /** @type {string} */ total) => `${sent} of ${total}`,
  progress: (/** @type {string} */ name) => `Upload of ${name}`,
  waiting: "Uploaded, waiting",
  processing: "Processing",
  rejected: "Not accepted",
  failed: "Failed",
  notSent: "Not uploaded",
  cancel: (/** @type {string} */ name) => `Cancel the upload of ${name}`,
  retry: (/** @type {string} */ name) => `Upload ${name} again`,
  dismiss: (/** @type {string} */ name) => `Hide ${name}`,

  /** What has been done, by the name of the step. @type {Record<string, string>} */
  steps: {
    ValidateImage: "Checked",
    ExtractMetadata: "Described",
    ResizeImage: "Resized",
    GenerateThumbnail: "Thumbnail made",
    ArchiveImage: "Archived",
  },

  announceAdded: (/** @type {number} */ count) =>
    count === 1 ? "One upload has begun" : `${count} uploads have begun`,
  announceDone: (/** @type {string} */ name) => `${name} is ready`,
  announceBad: (/** @type {string} */ name, /** @type {string} */ message) => `${name}: ${message}`,
  announceDeleted: (/** @type {string} */ name) => `${name} is deleted`,

  lost: "The connection was lost. Upload the image again when it is back.",
  unreadable: "The file cannot be read. It may have been moved or changed.",
  refused: (/** @type {number} */ status) => `The upload was refused, with status ${status}. Upload the image again.`,
  wait: (/** @type {string} */ time) => `Try again in ${time}.`,
  deleteFailed: "The image could not be deleted. Try again.",
  detailsFailed: "The image could not be loaded. Try again.",
  isGone: "The image has been deleted.",

  /** What a person can do about a rejection, by its reason. @type {Record<string, string>} */
  hints: {
    EMPTY: "The file has no content. Copy it again from where it came.",
    TOO_MANY_BYTES: "Save the image smaller, or with more compression, and upload that.",
    NOT_AN_IMAGE: "Check that it is the right file. Renaming a file does not make it an image.",
    UNSUPPORTED_CONTENT_TYPE: "Convert it to JPEG or PNG, and upload that.",
    FORMAT_DISABLED: "Convert it to JPEG or PNG, and upload that.",
    UNSUPPORTED: "Convert it to JPEG or PNG, and upload that.",
    TRUNCATED: "A part of the file is missing. Copy it again from where it came, and upload it again.",
    CORRUPT: "The file is damaged. Open it in an image editor, save it anew, and upload that.",
    TOO_MANY_PIXELS: "Make the image smaller in an image editor, and upload that.",
    TOO_LONG_AN_EDGE: "Cut the image, or make it smaller, and upload that.",
    TOO_MANY_FRAMES: "Save the first frames only, and upload that.",
    TOO_MANY_SCANS: "Save it anew as a JPEG that is not progressive, and upload that.",
    TOO_MUCH_METADATA: "Save it anew without metadata, and upload that.",
    TOO_COMPLEX: "Open it in an image editor, save it anew, and upload that.",
  },
  hintFailed: "It is not the fault of your file. Upload it again later.",

  close: "Close",
  back: "Back",
  details: "Details",
  downloads: "Download",
  original: "Original",
  resized: "Resized",
  thumbnail: "Thumbnail",
  inGlacier: "In long-term storage",
  delete: "Delete",
  deleteQuestion: (/** @type {string} */ name) => `Delete ${name}?`,
  deleteMore: "The original and everything made from it are deleted for good. This cannot be undone.",
  keep: "Keep",
  map: "Show on a map",

  /** The names of what was found, in the order in which it is shown. */
  facts: {
    title: "Title",
    description: "Description",
    keywords: "Keywords",
    artist: "Artist",
    copyright: "Copyright",
    takenAt: "Taken",
    camera: "Camera",
    lens: "Lens",
    exposure: "Exposure",
    place: "Place",
    size: "Size",
    format: "Format",
    color: "Main color",
    uploaded: "Uploaded",
  },
  exposure: (/** @type {string} */ time) => `${time} s`,
};
