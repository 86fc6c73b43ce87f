// A picture on its way to the hub: shown before it is sent, made smaller when it is larger
// than the hub takes. A phone's photo mostly is.

/** What the hub takes. */
const KINDS = ["image/png", "image/jpeg", "image/webp"];
const BYTES_MAX = 5 * 1024 * 1024;
/** The longest side of a picture that was made smaller: sharp on every screen here. */
const SIDE = 1600;
const QUALITY = 0.86;

export const ACCEPT = KINDS.join(",");

/** A picture that the hub takes; null when the file is none. */
export async function fit(file: Blob): Promise<Blob | null> {
  if (KINDS.includes(file.type) && file.size <= BYTES_MAX) return file;
  if (!file.type.startsWith("image/")) return null;
  const image = new Image();
  const shown = new Promise<boolean>((done) => {
    image.onload = () => done(true);
    image.onerror = () => done(false);
  });
  image.src = await address(file);
  if (!(await shown)) return null;
  const scale = Math.min(1, SIDE / Math.max(image.naturalWidth, image.naturalHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
  canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
}

/** The file as an address that an image can show. The page's rules allow data:, not blob:. */
export function address(file: Blob): Promise<string> {
  return new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(typeof reader.result === "string" ? reader.result : "");
    reader.onerror = () => done("");
    reader.readAsDataURL(file);
  });
}
