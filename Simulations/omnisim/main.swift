import OmniSimulations

Simulator.main()
