// Preact's own memo lives in its compatibility package, which is larger than all that is needed of it.
import { Component, type ComponentChild, type FunctionComponent } from "preact";

export function memo<P extends object>(view: (props: P) => ComponentChild, same: (before: P, after: P) => boolean): FunctionComponent<P> {
  class Memo extends Component<P> {
    override shouldComponentUpdate(after: P): boolean {
      return !same(this.props, after);
    }
    override render(): ComponentChild {
      return view(this.props);
    }
  }
  return Memo as unknown as FunctionComponent<P>;
}
