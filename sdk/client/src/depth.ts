/** How far down the page the window's lower edge is now, in whole %. */
export function depth(): number {
  const height = document.documentElement.scrollHeight || 1;
  return Math.min(Math.round(((scrollY + innerHeight) / height) * 100), 100);
}
