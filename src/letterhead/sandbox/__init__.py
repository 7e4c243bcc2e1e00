"""A DNS of our own on loopback, for the demo and for everybody who wants to play without a domain."""
