import { annotationsOf, removeAnnotation } from "../api/annotations";
import { useAsk } from "../api/use-ask";
import { visible } from "../format";
import { annotationsKey, whenOf } from "../overview/marks";
import type { PageProps } from "../pages";
import { notes as words } from "../text/people";
import { AnnotationDialog } from "./AnnotationDialog";
import { Definitions } from "./Definitions";

/** Notes on the site's time line. */
export function Annotations({ site }: PageProps) {
  const asked = useAsk(annotationsKey(site), (signal) => annotationsOf(site.id, signal));
  return (
    <Definitions
      words={words}
      asked={asked}
      nameOf={(note) => visible(note.text)}
      about={(note) =>
        [whenOf(note, site.timezone), note.author && words.by(visible(note.author))].filter(Boolean).join(" · ")
      }
      changes
      dialog={(note, close) => <AnnotationDialog site={site} note={note} onSaved={asked.retry} onClose={close} />}
      remove={removeAnnotation}
    />
  );
}
