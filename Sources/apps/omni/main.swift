import OmniProgram

Omni.main()
