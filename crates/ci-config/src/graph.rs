//! Strongly connected components in the order Ruby's TSort finds them.

use std::collections::HashMap;
use std::hash::Hash;

/// Where the walk of one node stands.
struct Frame<N> {
    node: N,
    children: Vec<N>,
    next: usize,
}

/// Tarjan's algorithm without recursion: components, members in the order of their first visit.
pub(crate) fn components<N: Copy + Eq + Hash>(nodes: &[N], children: &dyn Fn(N) -> Vec<N>) -> Vec<Vec<N>> {
    let mut order: HashMap<N, usize> = HashMap::new();
    let mut low: HashMap<N, usize> = HashMap::new();
    let mut done: HashMap<N, bool> = HashMap::new();
    let mut stack: Vec<N> = Vec::new();
    let mut found = Vec::new();
    for &root in nodes {
        if order.contains_key(&root) {
            continue;
        }
        let mut frames = vec![open(root, children, &mut order, &mut low, &mut stack)];
        while let Some(frame) = frames.last_mut() {
            if let Some(&child) = frame.children.get(frame.next) {
                frame.next += 1;
                if !order.contains_key(&child) {
                    frames.push(open(child, children, &mut order, &mut low, &mut stack));
                } else if !done.contains_key(&child) {
                    let reach = low[&frame.node].min(order[&child]);
                    low.insert(frame.node, reach);
                }
                continue;
            }
            let node = frame.node;
            frames.pop();
            if low[&node] == order[&node] {
                let start = stack.iter().rposition(|&on| on == node).unwrap_or(0);
                let component = stack.split_off(start);
                done.extend(component.iter().map(|&on| (on, true)));
                found.push(component);
            }
            if let Some(parent) = frames.last() {
                let reach = low[&parent.node].min(low[&node]);
                low.insert(parent.node, reach);
            }
        }
    }
    found
}

fn open<N: Copy + Eq + Hash>(
    node: N,
    children: &dyn Fn(N) -> Vec<N>,
    order: &mut HashMap<N, usize>,
    low: &mut HashMap<N, usize>,
    stack: &mut Vec<N>,
) -> Frame<N> {
    let number = order.len();
    order.insert(node, number);
    low.insert(node, number);
    stack.push(node);
    Frame { node, children: children(node), next: 0 }
}
