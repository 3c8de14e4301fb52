mod bodies;
mod contract;
mod samples;
