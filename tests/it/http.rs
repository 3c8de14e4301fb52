mod bodies;
mod catalogue;
mod contract;
mod samples;
