import OmniDeveloperTool

DeveloperTool.main()
