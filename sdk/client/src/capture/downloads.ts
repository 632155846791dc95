import type { Capture } from '../core.js';
import { onClick } from '../on-click.js';
import type { DownloadOptions } from '../options.js';

const FILES = 'pdf,docx?,xlsx?,pptx?,csv,txt,zip,gz,7z,rar,dmg,pkg,exe,msi,apk,iso,mp[34],mov,avi,wav';

/** Clicks on links to files. */
export function downloads({ extensions = FILES.split(',') }: DownloadOptions = {}): Capture {
  return (core) => {
    const file = RegExp(`\\.(${extensions.join('|')})$`, 'i');
    onClick(core, (element) => {
      const { pathname } = element as HTMLAnchorElement;
      return (element.hasAttribute('download') || file.test(pathname)) && 'download';
    });
  };
}
