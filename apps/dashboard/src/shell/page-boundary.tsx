import { Component, type ReactNode } from 'react';
import { ProblemNote } from '../ui/states.tsx';

/** A page that fails leaves the rest of the dashboard usable. */
export class PageBoundary extends Component<{ readonly children: ReactNode }, { readonly problem: unknown }> {
  override state: { readonly problem: unknown } = { problem: undefined };

  static getDerivedStateFromError(problem: unknown) {
    return { problem };
  }

  override render() {
    const { problem } = this.state;
    if (problem === undefined) return this.props.children;
    return <ProblemNote problem={problem} onRetry={() => this.setState({ problem: undefined })} />;
  }
}
